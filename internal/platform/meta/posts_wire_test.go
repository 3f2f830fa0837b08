package meta_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/meta"
	"bellwether/internal/platform/platformtest"
	"bellwether/internal/secret"
)

// began is when the publications of these tests began, and what the clock shows.
var began = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)

// said is one call as it goes over the wire: a file with the request, and one with the answer to it. Its
// parameters stand decoded, a line each: captions are hard to read otherwise.
type said struct {
	request, answer string
	status          int         // 0: 200
	header          http.Header // of the answer
}

// lost is an answer that never comes.
const lost = "lost"

// graph is the address of a server that holds its calls against the steps, all of which have to be made.
func graph(t *testing.T, steps ...said) string {
	t.Helper()
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n >= len(steps) {
			t.Errorf("call %d, %s %s, was not expected", n+1, r.Method, r.URL.Path)
			return
		}
		s := steps[n]
		n++
		if got, want := spoken(t, r), platformtest.File(t, s.request+".request"); got != want {
			t.Errorf("%s:\n%s\nwant:\n%s", s.request, got, want)
		}
		if s.answer == lost {
			panic(http.ErrAbortHandler)
		}
		for name, values := range s.header {
			w.Header()[name] = values
		}
		if s.status != 0 {
			w.WriteHeader(s.status)
		}
		_, _ = io.WriteString(w, platformtest.File(t, s.answer))
	}))
	t.Cleanup(func() {
		server.Close()
		if n != len(steps) {
			t.Errorf("%d calls, want %d", n, len(steps))
		}
	})
	return server.URL
}

// spoken is a request as the files hold it: the path, and each parameter as it reads when it is decoded.
func spoken(t *testing.T, r *http.Request) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	text := r.URL.RawQuery
	if r.Method == http.MethodPost {
		if r.URL.RawQuery != "" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			t.Errorf("a %s with the query %q", r.Header.Get("Content-Type"), r.URL.RawQuery)
		}
		text = string(body)
	}
	values, err := url.ParseQuery(text)
	if err != nil {
		t.Error(err)
	}
	var lines []string
	for name, all := range values {
		lines = append(lines, name+"="+strings.Join(all, ","))
	}
	slices.Sort(lines)
	return strings.Join(append([]string{r.Method + " " + r.URL.EscapedPath()}, lines...), "\n")
}

// graphEndpoint is a sandbox of the tests' own.
func graphEndpoint(base string) platform.Endpoint {
	return platform.Endpoint{
		BaseURL: base, AuthURL: base + "/dialog/oauth", TokenURL: base + "/oauth/access_token", Version: "v25.0", Sandbox: true,
		ClientID: "test-client", ClientSecret: secret.NewText("test-client-secret"),
	}
}

func facebook(t *testing.T, base string) *meta.Facebook {
	t.Helper()
	f, err := meta.NewFacebook(graphEndpoint(base), platformtest.Client(func() time.Time { return began }))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func instagram(t *testing.T, base string) *meta.Instagram {
	t.Helper()
	i, err := meta.NewInstagram(graphEndpoint(base), platformtest.Client(func() time.Time { return began }))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// on is a call for an account.
func on(id string) platform.Call {
	return platform.Call{Token: secret.NewText("test-access"), Account: platform.Account{ID: id}}
}

// Accounts and images of these tests.
const (
	pageID    = "101990000000001"
	accountID = "17841400000000001"
)

var (
	tent = platform.Medium{URL: "https://img.example/tent.jpg?w=1&h=2", Type: "image/jpeg", Alt: "A red & white tent"}
	lake = platform.Medium{URL: "https://img.example/lake.png", Type: "image/png"}
)
