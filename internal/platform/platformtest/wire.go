// Package platformtest holds connectors to their contract: call by call against files of what goes over
// the wire, and as a whole against the sandbox.
package platformtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
)

// Step is one call as it goes over the wire: a file of testdata with the request, and one with the answer.
type Step struct {
	Request  string      // without ".request"; "": any will do
	Response string      // with its ending
	Status   int         // 0: 200
	Header   http.Header // of the answer
}

// Wire is the address of a server that holds its calls against the steps, all of which have to be made, in
// their order.
func Wire(t *testing.T, steps ...Step) string {
	t.Helper()
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n >= len(steps) {
			t.Errorf("call %d, %s %s, was not expected", n+1, r.Method, r.RequestURI)
			return
		}
		s := steps[n]
		n++
		if got := written(t, r); s.Request != "" {
			if want := File(t, s.Request+".request"); got != want {
				t.Errorf("%s:\n%s\nwant:\n%s", s.Request, got, want)
			}
		}
		for name, values := range s.Header {
			w.Header()[name] = values
		}
		if s.Status != 0 {
			w.WriteHeader(s.Status)
		}
		_, _ = io.WriteString(w, File(t, s.Response))
	}))
	t.Cleanup(func() {
		server.Close()
		if n != len(steps) {
			t.Errorf("%d calls, want %d", n, len(steps))
		}
	})
	return server.URL
}

// Answering is the address of a server that answers every call with the text.
func Answering(t *testing.T, text string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }))
	t.Cleanup(server.Close)
	return server.URL
}

// headers are those of a request that a platform reads.
var headers = []string{
	"Access-Token", "Authorization", "Content-Type", "Developer-Token", "Idempotency-Key", "Linkedin-Version", "Login-Customer-Id", "X-Github-Api-Version", "X-Restli-Method", "X-Restli-Protocol-Version",
}

// written is a request as the files hold it: its line, the headers that matter, and the body.
func written(t *testing.T, r *http.Request) string {
	t.Helper()
	text := r.Method + " " + r.RequestURI + "\n"
	for _, name := range headers {
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

// File is the text of a file of testdata, without line feeds at its end.
func File(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Error(err)
	}
	return strings.TrimRight(string(text), "\n")
}

// Client makes calls as ours are made: redirects are not followed. Each has a connection of its own: on a
// used one, a GET that breaks is sent again.
func Client(now func() time.Time) platform.Client {
	return platform.Client{Now: now, HTTP: &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}
