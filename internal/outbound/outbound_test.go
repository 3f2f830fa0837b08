package outbound_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"bellwether/internal/outbound"
	"bellwether/internal/outbound/outboundtest"
)

// public are addresses beside those ranges.
var public = []string{
	"1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1", "169.253.255.255", "169.255.0.1",
	"172.15.255.255", "172.32.0.1", "192.167.255.255", "192.169.0.1", "198.17.255.255", "198.20.0.1", "223.255.255.255", "2606:4700::1111",
	"2a00:1450:4001::200e", "64:ff9b::101:101", "::ffff:1.1.1.1",
}

func TestBlocked(t *testing.T) {
	for _, text := range outboundtest.Blocked {
		if !outbound.Blocked(netip.MustParseAddr(text)) {
			t.Errorf("%s is not blocked", text)
		}
	}
	for _, text := range public {
		if outbound.Blocked(netip.MustParseAddr(text)) {
			t.Errorf("%s is blocked", text)
		}
	}
	if !outbound.Blocked(netip.Addr{}) || !outbound.Blocked(netip.MustParseAddr("fe80::1%eth0")) {
		t.Error("no address at all, or one with a zone, is not blocked")
	}
}

// No address makes us connect to a blocked range, or to anything that listens on this machine.
func TestHostileAddresses(t *testing.T) {
	var reached atomic.Int32
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	list := append(outboundtest.Hostile(), "https://127.0.0.1:"+port+"/", "https://localhost:"+port+"/", "https://[::1]:"+port+"/", server.URL)
	f := outbound.NewFetcher(outbound.Guard{})
	for _, address := range list {
		_, err := f.Fetch(t.Context(), address, 1000)
		if _, ok := errors.AsType[*outbound.Error](err); !ok {
			t.Errorf("%q: %v", address, err)
		}
	}
	if reached.Load() != 0 {
		t.Errorf("%d requests reached this machine", reached.Load())
	}
	if len(list) < 150 {
		t.Errorf("only %d addresses", len(list))
	}
}

// A name is judged by what it means when it is dialled, not before: its meaning may change in between.
func TestTheDiallerJudges(t *testing.T) {
	client := outbound.Guard{}.NewClient()
	for _, address := range []string{"https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/meta-data/"} {
		answer, err := client.Get(address) // past Check
		if err == nil {
			answer.Body.Close()
		}
		if !errors.Is(err, outbound.ErrBlocked) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := client.Get("https://1.1.1.1:8443/"); !errors.Is(err, outbound.ErrAddress) {
		t.Errorf("another port: %v", err)
	}
}

// On this machine the sandbox is fetched from; there, too, what answers is not trusted.
func TestFetch(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/png":
			w.Header().Set("Content-Type", "text/html") // its server is wrong about it
			fmt.Fprint(w, "\x89PNG\r\n\x1a\n the rest")
		case "/page":
			w.Header().Set("Content-Type", "image/jpeg")
			fmt.Fprint(w, "<html>not here</html>")
		case "/large":
			fmt.Fprint(w, strings.Repeat("a", 2000))
		case "/moved":
			http.Redirect(w, r, "/png", http.StatusFound)
		case "/broken":
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, "half")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	f := outbound.NewFetcher(outbound.Guard{Private: true})
	for path, want := range map[string]string{
		"/large": "larger than 1000 bytes", "/moved": "answers 302", "/broken": "broke off", "/none": "answers 404",
	} {
		if _, err := f.Fetch(t.Context(), server.URL+path, 1000); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	for path, want := range map[string]string{"/png": "image/png", "/page": "text/html; charset=utf-8"} {
		if got, err := f.Fetch(t.Context(), server.URL+path, 1000); err != nil || got.Type != want {
			t.Errorf("%s: %q (%v), want %q", path, got.Type, err, want)
		}
	}
}
