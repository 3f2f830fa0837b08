// Package hooktest posts nowhere: it keeps what a sender would have posted, and answers as it is told.
package hooktest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"bellwether/internal/channel"
	"bellwether/internal/channel/hook"
	"bellwether/internal/outbound"
	"bellwether/internal/secret"
)

// Poster answers each post alike.
type Poster struct {
	Answer outbound.Answer
	Header http.Header // of the last post
	Body   []byte
}

var _ hook.Poster = (*Poster)(nil)

// Post implements hook.Poster.
func (p *Poster) Post(_ context.Context, _ string, header http.Header, body []byte) (outbound.Answer, error) {
	p.Header, p.Body = header, body
	return p.Answer, nil
}

// Outcomes holds a sender to what answers like "404 no_team" say of a letter: "" that it was taken. open makes
// one that posts through the poster.
func Outcomes(t *testing.T, open func(hook.Poster) channel.Sender, l channel.Letter, cases map[string]channel.Outcome) {
	t.Helper()
	for answer, want := range cases {
		code, body, _ := strings.Cut(answer, " ")
		status, err := strconv.Atoi(code)
		if err != nil {
			t.Fatal(err)
		}
		p := &Poster{Answer: outbound.Answer{Status: status, Body: body}}
		err = open(p).Send(t.Context(), channel.Endpoint{Address: secret.NewText("https://hooks.example/x")}, l)
		var got channel.Outcome
		if e, ok := errors.AsType[*channel.Error](err); ok {
			got = e.Outcome
		}
		if got != want || (err == nil) != (want == "") {
			t.Errorf("%q says %q (%v), want %q", answer, got, err, want)
		}
	}
}

// SameBody holds the last body to a file, as JSON.
func SameBody(t *testing.T, p *Poster, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := errors.Join(json.Unmarshal(p.Body, &got), json.Unmarshal(text, &want)); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) || p.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%v posts\n%s\nwant\n%s", p.Header, p.Body, text)
	}
}
