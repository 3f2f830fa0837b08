package linkedin_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/linkedin"
	"bellwether/internal/secret"
)

var now = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)

// step is one call as it goes over the wire: a file with the request, and one with the answer to it.
type step struct {
	request, response string
	status            int    // 0: 200
	retryAfter        string // the header
}

// wire is a connector whose calls are held against the steps, all of which have to be made.
func wire(t *testing.T, steps ...step) (*linkedin.Connector, *platform.Meter) {
	t.Helper()
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n >= len(steps) {
			t.Errorf("call %d, %s %s, was not expected", n+1, r.Method, r.RequestURI)
			return
		}
		s := steps[n]
		n++
		if want, got := file(t, s.request+".request"), written(t, r); s.request != "" && got != want {
			t.Errorf("%s:\n%s\nwant:\n%s", s.request, got, want)
		}
		if s.retryAfter != "" {
			w.Header().Set("Retry-After", s.retryAfter)
		}
		if s.status != 0 {
			w.WriteHeader(s.status)
		}
		_, _ = io.WriteString(w, file(t, s.response))
	}))
	t.Cleanup(func() {
		server.Close()
		if n != len(steps) {
			t.Errorf("%d calls, want %d", n, len(steps))
		}
	})
	return connect(t, server.URL), new(platform.Meter)
}

func connect(t *testing.T, base string) *linkedin.Connector {
	t.Helper()
	k, err := linkedin.New(endpoint(base), platform.Client{HTTP: http.DefaultClient, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func endpoint(base string) platform.Endpoint {
	return platform.Endpoint{
		BaseURL: base + "/rest", AuthURL: base + "/oauth/v2/authorization", TokenURL: base + "/oauth/v2/accessToken", Version: "202607", Sandbox: true,
		ClientID: "test-client", ClientSecret: secret.NewText("test-client-secret"),
	}
}

// written is a request as the files hold it: the headers that matter, and the body.
func written(t *testing.T, r *http.Request) string {
	t.Helper()
	text := r.Method + " " + r.RequestURI + "\n"
	for _, name := range []string{"Authorization", "Content-Type", "Linkedin-Version", "X-Restli-Method", "X-Restli-Protocol-Version"} {
		if value := r.Header.Get(name); value != "" {
			text += name + ": " + value + "\n"
		}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	if len(body) > 0 {
		text += "\n" + string(body)
	}
	return strings.TrimRight(text, "\n")
}

func file(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Error(err)
	}
	return strings.TrimRight(string(text), "\n")
}

func call(m *platform.Meter, a platform.Account) platform.Call {
	return platform.Call{Token: secret.NewText("test-access"), Account: a, Meter: m}
}

var account = platform.Account{ID: "507654321", Currency: "EUR", TimeZone: "Europe/Berlin"}
