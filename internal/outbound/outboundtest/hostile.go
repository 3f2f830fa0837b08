// Package outboundtest has the addresses by which every guarded client is tried.
package outboundtest

import "strings"

// Blocked are addresses of ranges that are nobody's public server, and what they hide behind.
var Blocked = []string{
	"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.1.2.3", "127.255.255.255",
	"169.254.169.254", "169.254.0.1", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.0.1",
	"192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
	"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:7f00:1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe",
	"64:ff9b::10.0.0.1", "64:ff9b:1::1", "100::1", "2001::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::1", "2002:a00:1::", "3fff::1", "5f00::1",
	"fc00::1", "fd00:ec2::254", "fd12:3456:789a::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "ff0e::1",
}

// Hostile are addresses that people might give us.
func Hostile() []string {
	list := []string{
		"", "image.jpg", "//example.com/a", "http://example.com/a", "ftp://example.com/a", "file:///etc/passwd", "gopher://127.0.0.1:70/_",
		"javascript:alert(1)", "data:image/png;base64,AAAA", "https://", "https:///a", "https://:443/a", "https://user@example.com/a",
		"https://user:secret@example.com/a", "https://127.0.0.1@example.com:443/a", "https://example.com:80/a", "https://example.com:8443/a",
		"https://example.com:22/", "https://example.com:0/", "https://exa mple.com/", "https://[::1", "https://[fe80::1%25eth0]/", "unix:///var/run/docker.sock",
		// Numbers in other guises: whatever resolver there is, none of them gets past the dialler.
		"https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://0x7f.1/", "https://127.1/", "https://127.0.1/", "https://0/",
		"https://localhost/", "https://LOCALHOST/", "https://localhost.localdomain/", "https://ip6-localhost/", "https://127.0.0.1./", "https://①②⑦.0.0.1/",
		"https://[::ffff:0:127.0.0.1]/", "https://[::ffff:7f00:0001]/", "https://[0:0:0:0:0:0:0:1]/", "https://[::]/", "https://metadata/",
		"https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://127.0.0.1%00.example.com/", "https://169.254.169.254%2f@example.com/",
	}
	for _, text := range Blocked {
		host := text
		if strings.Contains(text, ":") {
			host = "[" + text + "]"
		}
		list = append(list, "https://"+host+"/a.jpg", "https://"+host+":443/a.jpg")
	}
	return list
}
