// Package channeltest is the suite that every channel.Sender passes, against the sink.
package channeltest

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/channel/sink"
	"bellwether/internal/outbound"
	"bellwether/internal/outbound/outboundtest"
	"bellwether/internal/secret"
)

// Now is the time of the suite.
func Now() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

// Key is the key of the suite's webhooks.
var Key = secret.NewText("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

// Letter is a letter with everything.
func Letter() channel.Letter {
	return channel.Letter{
		ID: "0198f1c2-7000-7c32-8d50-6e3f4a5b6c7d", Severity: "critical", Category: "budget", Title: "Summer <sale> & more has used 104 %",
		Lines: []string{"104.00 USD of 100.00 USD is spent.", "<!channel> <https://evil.example|click> *bold* & co"}, SMS: "Spent", Language: "en", At: Now(),
		Event: []byte(`{"type":"alert","data":{"title":"Summer <sale> & more has used 104 %","lines":["104.00 USD of 100.00 USD is spent.","<!channel> <https://evil.example|click> *bold* & co"]}}`),
	}
}

// Run holds a sender to the port; open makes one that posts through the poster.
func Run(t *testing.T, kind string, open func(outbound.Poster) channel.Sender) {
	start := func(t *testing.T, wait time.Duration) (*sink.Sink, channel.Sender, channel.Endpoint) {
		t.Helper()
		s := sink.New(Now)
		s.Expect(Key)
		server := httptest.NewServer(s)
		t.Cleanup(server.Close)
		to := channel.Endpoint{Address: secret.NewText(server.URL + "/" + kind + "/T0S3CRET"), Keys: []secret.Text{Key}}
		return s, open(outbound.NewPoster(outbound.Guard{Private: true}, wait)), to
	}
	t.Run("a letter arrives as it is", func(t *testing.T) {
		s, sender, to := start(t, time.Minute)
		l := Letter()
		if err := sender.Send(t.Context(), to, l); err != nil {
			t.Fatal(err)
		}
		got := s.Received()
		if len(got) != 1 || got[0].Title != l.Title || strings.Join(got[0].Lines, "|") != strings.Join(l.Lines, "|") {
			t.Errorf("it got %+v", got)
		}
		if !strings.Contains(got[0].Body+got[0].ID, l.ID) {
			t.Error("the letter's name did not arrive")
		}
	})
	t.Run("every end is told as it is", func(t *testing.T) {
		for _, tt := range []struct {
			fault sink.Fault
			want  []channel.Outcome
			taken int
		}{
			{sink.Throttled, []channel.Outcome{channel.Throttle}, 0},
			{sink.Unavailable, []channel.Outcome{channel.Unsent}, 0},
			{sink.LostBefore, []channel.Outcome{channel.Unknown}, 0},
			{sink.LostAfter, []channel.Outcome{channel.Unknown}, 1},
			{sink.Gone, []channel.Outcome{channel.Gone}, 0},
			{sink.Refused, []channel.Outcome{channel.Refused, channel.Unsent}, 0}, // a machine is tried again
			{sink.Moved, []channel.Outcome{channel.Refused}, 0},
		} {
			s, sender, to := start(t, time.Minute)
			s.Arm(tt.fault)
			e := failure(t, sender.Send(t.Context(), to, Letter()))
			if !strings.Contains(join(tt.want), string(e.Outcome)) || len(s.Received()) != tt.taken {
				t.Errorf("%s: %v, and %d letters", tt.fault, e, len(s.Received()))
			}
			if tt.fault == sink.Throttled && e.RetryAfter != 2*time.Second {
				t.Errorf("it is tried again in %v", e.RetryAfter)
			}
			if text := e.Error() + e.Text; strings.Contains(text, "T0S3CRET") || strings.Contains(text, "127.0.0.1") {
				t.Errorf("%s: the error shows the address: %s", tt.fault, text)
			}
		}
	})
	t.Run("nobody listens", func(t *testing.T) {
		server := httptest.NewServer(sink.New(Now))
		address := server.URL
		server.Close()
		_, sender, to := start(t, time.Minute)
		to.Address = secret.NewText(address + "/" + kind + "/T0S3CRET")
		if e := failure(t, sender.Send(t.Context(), to, Letter())); e.Outcome != channel.Unsent || strings.Contains(e.Error(), "T0S3CRET") {
			t.Errorf("it ends with %v", e)
		}
	})
	t.Run("out of time before it went", func(t *testing.T) {
		s, sender, to := start(t, time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if e := failure(t, sender.Send(ctx, to, Letter())); e.Outcome != channel.Unsent || len(s.Received()) != 0 {
			t.Errorf("it ends with %v, and %d letters", e, len(s.Received()))
		}
	})
	t.Run("any text stays within the limits", func(t *testing.T) {
		for _, text := range []string{
			strings.Repeat("&<>", 4000), strings.Repeat("é", 12_000), strings.Repeat("😀", 9_000), "\x00\n\r\t\u202e\u2066", "مرحبا بالعالم", string([]byte{0xff, 0xfe}), "  ", "",
		} {
			s, sender, to := start(t, time.Minute)
			l := Letter()
			l.Title, l.Language = "T "+text, "ar"
			for range 80 {
				l.Lines = append(l.Lines, text)
			}
			if err := sender.Send(t.Context(), to, l); err != nil || len(s.Received()) != 1 {
				t.Errorf("%.20q: %v", text, err)
			}
		}
	})
	t.Run("hostile addresses are not reached", func(t *testing.T) {
		sender := open(outbound.NewPoster(outbound.Guard{}, 5*time.Second))
		list := outboundtest.Hostile()
		for _, address := range list {
			e := failure(t, sender.Send(t.Context(), channel.Endpoint{Address: secret.NewText(address), Keys: []secret.Text{Key}}, Letter()))
			if e.Outcome != channel.Refused && e.Outcome != channel.Unsent {
				t.Errorf("%q: %v", address, e)
			}
		}
		if len(list) < 150 {
			t.Errorf("only %d addresses", len(list))
		}
	})
}

func failure(t *testing.T, err error) *channel.Error {
	t.Helper()
	e, ok := errors.AsType[*channel.Error](err)
	if !ok {
		t.Fatalf("it ends with %v", err)
	}
	return e
}

func join(outcomes []channel.Outcome) (text string) {
	for _, o := range outcomes {
		text += string(o) + " "
	}
	return text
}
