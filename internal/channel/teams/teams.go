// Package teams sends letters to Microsoft Teams by workflows that begin with a webhook.
package teams

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"bellwether/internal/channel"
	"bellwether/internal/channel/hook"
	"bellwether/internal/outbound"
)

// maxBytes is how large a message may be: Teams takes 28 KB, and a little is for what a workflow adds.
const maxBytes = 27 << 10

// Sender sends to Teams. It is safe for concurrent use.
type Sender struct{ Poster hook.Poster }

var _ channel.Sender = Sender{}

// Send implements channel.Sender.
func (s Sender) Send(ctx context.Context, to channel.Endpoint, l channel.Letter) error {
	body, err := fit(l)
	if err != nil {
		return &channel.Error{Outcome: channel.Refused, Text: "the message can't be written", Err: err}
	}
	return hook.Post(ctx, s.Poster, to.Address, http.Header{"Content-Type": {"application/json"}}, body, judge)
}

// judge reads the workflow's status. One that began and gave no answer in time may have posted the card.
func judge(a outbound.Answer) channel.Outcome {
	switch {
	case a.Status == http.StatusBadGateway || a.Status == http.StatusGatewayTimeout:
		return channel.Unknown
	case a.Status == http.StatusNotFound || a.Status == http.StatusGone:
		return channel.Gone
	case a.Status == http.StatusTooManyRequests:
		return channel.Throttle
	case a.Status >= 500:
		return channel.Unsent
	}
	return channel.Refused
}

// fit is the letter as a message, with fewer lines where it would be too large.
func fit(l channel.Letter) ([]byte, error) {
	l.Title = short(l.Title, 1000)
	for {
		body, err := json.Marshal(messageOf(l))
		if err != nil || len(body) <= maxBytes || len(l.Lines) == 0 {
			return body, err
		}
		last := len(l.Lines) - 1
		lines := append([]string{}, l.Lines[:last]...)
		if half := []rune(l.Lines[last]); len(half) > 200 {
			lines = append(lines, string(half[:len(half)/2])+"…")
		} else if last > 0 {
			lines[last-1] = strings.TrimSuffix(lines[last-1], " …") + " …"
		}
		l.Lines = lines
	}
}

func short(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return s
}

type message struct {
	Type        string       `json:"type"`
	Attachments []attachment `json:"attachments"`
}

type attachment struct {
	ContentType string `json:"contentType"`
	Content     card   `json:"content"`
}

type card struct {
	Schema  string  `json:"$schema"`
	Type    string  `json:"type"`
	Version string  `json:"version"`
	RTL     bool    `json:"rtl,omitempty"`
	Body    []block `json:"body"`
	Actions []open  `json:"actions,omitempty"`
}

// block is a RichTextBlock: unlike a TextBlock it shows a text as it is, whatever a campaign is called.
type block struct {
	Type    string `json:"type"`
	Inlines []run  `json:"inlines"`
}

type run struct {
	Type   string `json:"type"`
	Text   string `json:"text"`
	Size   string `json:"size,omitempty"`
	Weight string `json:"weight,omitempty"`
	Color  string `json:"color,omitempty"`
	Subtle bool   `json:"isSubtle,omitempty"`
}

type open struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

// colors are those of the severities that have one.
var colors = map[string]string{"critical": "Attention", "high": "Warning"}

func messageOf(l channel.Letter) message {
	text := func(r run) block {
		r.Type = "TextRun"
		return block{"RichTextBlock", []run{r}}
	}
	c := card{
		Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.5", RTL: l.Language == "ar",
		Body: []block{text(run{Text: l.Title, Size: "Large", Weight: "Bolder", Color: colors[l.Severity]})},
	}
	for _, line := range l.Lines {
		if strings.TrimSpace(line) != "" {
			c.Body = append(c.Body, text(run{Text: line}))
		}
	}
	about := strings.Join([]string{l.Severity, l.Category, l.At.UTC().Format("2006-01-02 15:04 UTC"), l.ID}, " · ")
	c.Body = append(c.Body, text(run{Text: about, Size: "Small", Subtle: true}))
	if l.Link != "" {
		c.Actions = []open{{"Action.OpenUrl", "Bellwether", l.Link}}
	}
	return message{"message", []attachment{{"application/vnd.microsoft.card.adaptive", c}}}
}
