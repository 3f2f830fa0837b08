package linkedin

import "testing"

// TestLittle: what is written is what is shown, and tags stay tags.
func TestLittle(t *testing.T) {
	tests := []struct{ text, want string }{
		{"Tents & more: 50 % off!", "Tents & more: 50 % off!"},
		{`a\b <c> ~d~ _e_ |f| *g* @h (i) [j] {k}`, `a\\b \<c\> \~d\~ \_e\_ \|f\| \*g\* \@h \(i\) \[j\] \{k\}`},
		{"#campers and\n#東京 #3d", "#campers and\n#東京 #3d"},
		{"We are #1 in C# (#tents) ##x # y", `We are \#1 in C\# \(\#tents\) \#\#x \# y`},
		{"#my_tag", `#my\_tag`},
		{"{hashtag|#|no}", `\{hashtag\|\#\|no\}`},
	}
	for _, tt := range tests {
		got := little(tt.text)
		if got != tt.want || plain(got) != tt.text {
			t.Errorf("%q is written %q and shows %q, want %q", tt.text, got, plain(got), tt.want)
		}
	}
	for _, written := range []string{`for {hashtag|\#|my\_tag}`, `for {hashtag|#|my_tag}`, `for {hashtag|＃|my_tag}`, `for #my_tag`} {
		if got := plain(written); got != "for #my_tag" {
			t.Errorf("%q shows %q", written, got)
		}
	}
}

// TestOwn: outside a sandbox, an image goes to the very address that LinkedIn names, if it is LinkedIn's.
func TestOwn(t *testing.T) {
	k := &Pages{rest{endpoint: DefaultsPages()}}
	for address, ok := range map[string]bool{
		"https://www.linkedin.com/dms-uploads/x?a=1&b=2": true,
		"https://linkedin.com/dms-uploads/x":             true,
		"https://notlinkedin.com/dms-uploads/x":          false,
		"https://linkedin.com.example/dms-uploads/x":     false,
		"https://www.linkedin.com@elsewhere.example/x":   false,
		"https://user@www.linkedin.com/x":                false,
		"http://www.linkedin.com/dms-uploads/x":          false,
		"https://%":                                      false,
		"":                                               false,
	} {
		if got, is := k.own(address); is != ok || ok && got != address {
			t.Errorf("%s: %q, %v", address, got, is)
		}
	}
}
