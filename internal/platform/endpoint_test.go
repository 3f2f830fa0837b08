package platform_test

import (
	"strings"
	"testing"

	"bellwether/internal/platform"
)

// TestCheckNamesTheField: it is what an operator set.
func TestCheckNamesTheField(t *testing.T) {
	for name, e := range map[string]platform.Endpoint{
		"baseUrl":  {BaseURL: "http://api.example", AuthURL: "https://www.example/auth", TokenURL: "https://api.example/token"},
		"authUrl":  {BaseURL: "https://api.example", AuthURL: "no address", TokenURL: "https://api.example/token"},
		"tokenUrl": {BaseURL: "https://api.example", AuthURL: "https://www.example/auth", TokenURL: "https://elsewhere.example/token"},
	} {
		if err := e.Check("api.example", "www.example"); err == nil || !strings.HasPrefix(err.Error(), name+" ") {
			t.Errorf("error %v, want one about %s", err, name)
		}
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name        string
		change      func(*platform.Endpoint)
		ok, sandbox bool // accepted as it is, and as a sandbox
	}{
		{"good", func(*platform.Endpoint) {}, true, true},
		{"with a path", func(e *platform.Endpoint) { e.BaseURL = "https://api.example/rest" }, true, true},
		{"an API in the clear", func(e *platform.Endpoint) { e.BaseURL = "http://api.example" }, false, true},
		{"a page in the clear", func(e *platform.Endpoint) { e.AuthURL = "http://www.example/auth" }, false, true},
		{"a token endpoint in the clear", func(e *platform.Endpoint) { e.TokenURL = "http://api.example/token" }, false, true},
		{"another host", func(e *platform.Endpoint) { e.BaseURL = "https://api.example.org" }, false, true},
		{"a host above", func(e *platform.Endpoint) { e.BaseURL = "https://example" }, false, true},
		{"a host below", func(e *platform.Endpoint) { e.TokenURL = "https://x.api.example/token" }, false, true},
		{"another port", func(e *platform.Endpoint) { e.TokenURL = "https://api.example:8443/token" }, false, true},
		{"a host that only looks so", func(e *platform.Endpoint) { e.TokenURL = "https://api.example@elsewhere.example/token" }, false, false},
		{"a user", func(e *platform.Endpoint) { e.BaseURL = "https://user@api.example" }, false, false},
		{"no API", func(e *platform.Endpoint) { e.BaseURL = "" }, false, false},
		{"no page", func(e *platform.Endpoint) { e.AuthURL = "" }, false, false},
		{"no host", func(e *platform.Endpoint) { e.TokenURL = "/token" }, false, false},
		{"no address", func(e *platform.Endpoint) { e.TokenURL = "https://api.example/%zz" }, false, false},
		{"a slash at the end", func(e *platform.Endpoint) { e.BaseURL = "https://api.example/rest/" }, false, false},
		{"nothing but a slash", func(e *platform.Endpoint) { e.BaseURL = "https://api.example/" }, false, false},
		{"a token endpoint that ends in a slash", func(e *platform.Endpoint) { e.TokenURL = "https://api.example/token/" }, true, true},
		{"a query", func(e *platform.Endpoint) { e.BaseURL = "https://api.example?to=" }, false, false},
		{"a fragment", func(e *platform.Endpoint) { e.AuthURL = "https://www.example/auth#top" }, false, false},
	}
	for _, tt := range tests {
		e := platform.Endpoint{BaseURL: "https://api.example", AuthURL: "https://www.example/auth", TokenURL: "https://api.example/token"}
		tt.change(&e)
		if err := e.Check("api.example", "www.example"); (err == nil) != tt.ok {
			t.Errorf("%s: error %v", tt.name, err)
		}
		e.Sandbox = true
		if err := e.Check("api.example", "www.example"); (err == nil) != tt.sandbox {
			t.Errorf("%s, in a sandbox: error %v", tt.name, err)
		}
	}
}
