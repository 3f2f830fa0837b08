// Package sink takes what is sent to Slack, Teams and webhooks, as strictly as they do, and shows it: for
// tests and for the local runner.
package sink

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"bellwether/internal/channel/webhook"
	"bellwether/internal/secret"
)

// Received is one letter that was taken.
type Received struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"` // slack, teams or webhook
	Path   string    `json:"path"`
	ID     string    `json:"id,omitempty"` // of a webhook's letter
	Title  string    `json:"title"`
	Lines  []string  `json:"lines"`
	RTL    bool      `json:"rtl,omitempty"`
	Signed bool      `json:"signed,omitempty"` // by the key that the sink was told
	Body   string    `json:"body"`
}

// Fault is what the sink does instead of answering well.
type Fault string

// Faults.
const (
	Throttled   Fault = "throttled"   // try again in 2 seconds
	Unavailable Fault = "unavailable" // a server's own failure
	LostBefore  Fault = "lost_before" // it breaks off, and has not taken the letter
	LostAfter   Fault = "lost_after"  // it breaks off, and has
	Gone        Fault = "gone"
	Refused     Fault = "refused"
	Moved       Fault = "moved" // it is elsewhere
)

// Sink is an http.Handler. It is safe for concurrent use.
type Sink struct {
	now      func() time.Time
	mu       sync.Mutex
	received []Received
	faults   []Fault
	key      secret.Text
}

// New makes an empty sink.
func New(now func() time.Time) *Sink { return &Sink{now: now} }

// Arm makes the next requests end so, one after the other.
func (s *Sink) Arm(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// Expect makes the sink refuse webhooks that the key did not sign.
func (s *Sink) Expect(key secret.Text) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key = key
}

// Received are the letters so far, the oldest first.
func (s *Sink) Received() []Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Received{}, s.received...)
}

// kept is how many letters are remembered.
const kept = 500

// ServeHTTP takes /slack/..., /teams/... and /webhook/...
func (s *Sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	read, known := readers[kind]
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil || !known || r.Method != http.MethodPost {
		http.Error(w, "no_service", http.StatusNotFound)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fault := Fault("")
	if len(s.faults) > 0 {
		fault, s.faults = s.faults[0], s.faults[1:]
	}
	if refuse(w, fault) {
		return
	}
	got := Received{At: s.now().UTC(), Kind: kind, Path: r.URL.Path, ID: r.Header.Get(webhook.IDHeader), Body: string(body)}
	if problem := read(&got, body); problem != "" {
		http.Error(w, problem, http.StatusBadRequest)
		return
	}
	if kind == "webhook" && s.key != (secret.Text{}) {
		if err := webhook.Verify(s.key, r.Header, body, s.now()); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		got.Signed = true
	}
	s.received = append(s.received, got)
	s.received = s.received[max(0, len(s.received)-kept):]
	if fault == LostAfter {
		panic(http.ErrAbortHandler)
	}
	if kind == "teams" {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	io.WriteString(w, "ok")
}

// refuse answers as the fault wants; false lets the letter be taken.
func refuse(w http.ResponseWriter, f Fault) bool {
	switch f {
	case Throttled:
		w.Header().Set("Retry-After", "2")
		http.Error(w, "rate_limited", http.StatusTooManyRequests)
	case Unavailable:
		http.Error(w, "rollup_error", http.StatusInternalServerError)
	case Gone:
		http.Error(w, "channel_is_archived", http.StatusGone)
	case Refused:
		http.Error(w, "action_prohibited", http.StatusForbidden)
	case Moved:
		w.Header().Set("Location", "https://example.com/")
		w.WriteHeader(http.StatusMovedPermanently)
	case LostBefore:
		panic(http.ErrAbortHandler)
	default:
		return false
	}
	return true
}

// readers check the shape of a body as the service does, and take from it what people read.
var readers = map[string]func(*Received, []byte) string{"slack": readSlack, "teams": readTeams, "webhook": readWebhook}

func readSlack(got *Received, body []byte) string {
	var m struct {
		Text   string
		Blocks []struct {
			Type     string
			Text     struct{ Type, Text string }
			Elements []struct{ Type, Text string }
		}
	}
	if json.Unmarshal(body, &m) != nil || len(m.Blocks) == 0 || len(m.Blocks) > 50 || m.Text == "" || utf8.RuneCountInString(m.Text) > 40_000 {
		return "invalid_payload"
	}
	for _, b := range m.Blocks {
		n := utf8.RuneCountInString(b.Text.Text)
		switch {
		case b.Type == "header" && b.Text.Type == "plain_text" && n > 0 && n <= 150:
			got.Title = b.Text.Text
		case b.Type == "section" && b.Text.Type == "mrkdwn" && n > 0 && n <= 3000:
			got.Lines = append(got.Lines, shown(b.Text.Text))
		case b.Type == "context" && len(b.Elements) > 0 && len(b.Elements) <= 10:
		default:
			return "invalid_blocks"
		}
	}
	return ""
}

// shown is the text as Slack shows it.
func shown(mrkdwn string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(mrkdwn)
}

func readTeams(got *Received, body []byte) string {
	var m struct {
		Type        string
		Attachments []struct {
			ContentType string
			Content     struct {
				Type, Version string
				RTL           bool
				Body          []struct {
					Type    string
					Inlines []struct{ Type, Text string }
				}
			}
		}
	}
	if len(body) > 28<<10 || json.Unmarshal(body, &m) != nil || m.Type != "message" || len(m.Attachments) != 1 ||
		m.Attachments[0].ContentType != "application/vnd.microsoft.card.adaptive" || m.Attachments[0].Content.Type != "AdaptiveCard" {
		return "the request is not a message with an adaptive card of at most 28 KB"
	}
	got.RTL = m.Attachments[0].Content.RTL
	for i, b := range m.Attachments[0].Content.Body {
		if b.Type != "RichTextBlock" || len(b.Inlines) == 0 || b.Inlines[0].Type != "TextRun" {
			return "a block of the card is not known"
		}
		if i == 0 {
			got.Title = b.Inlines[0].Text
		} else {
			got.Lines = append(got.Lines, b.Inlines[0].Text)
		}
	}
	if n := len(got.Lines); n > 0 {
		got.Lines = got.Lines[:n-1] // the last one says what it is about
	}
	return ""
}

func readWebhook(got *Received, body []byte) string {
	var m struct {
		Type string
		Data struct {
			Title string
			Lines []string
		}
	}
	if got.ID == "" || json.Unmarshal(body, &m) != nil || m.Type == "" {
		return "the request is no signed event"
	}
	got.Title, got.Lines = m.Data.Title, m.Data.Lines
	return ""
}
