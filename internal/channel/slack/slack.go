// Package slack sends letters to incoming webhooks of Slack.
package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"bellwether/internal/channel"
	"bellwether/internal/channel/hook"
	"bellwether/internal/outbound"
)

// Slack's own limits, in characters and blocks.
const (
	maxText    = 4000 // it recommends no more, and cuts at 40,000
	maxHeader  = 150
	maxSection = 3000
	maxBlocks  = 50
)

// Sender sends to Slack. It is safe for concurrent use.
type Sender struct{ Poster hook.Poster }

var _ channel.Sender = Sender{}

// Send implements channel.Sender.
func (s Sender) Send(ctx context.Context, to channel.Endpoint, l channel.Letter) error {
	body, err := json.Marshal(messageOf(l))
	if err != nil {
		return &channel.Error{Outcome: channel.Refused, Text: "the message can't be written", Err: err}
	}
	return hook.Post(ctx, s.Poster, to.Address, http.Header{"Content-Type": {"application/json"}}, body, judge)
}

// judge reads Slack's word. What names the webhook itself says that it is no more.
func judge(a outbound.Answer) channel.Outcome {
	gone := []string{"no_service", "no_service_id", "no_active_hooks", "no_team", "team_disabled", "invalid_token", "channel_not_found", "channel_is_archived"}
	switch {
	case slices.Contains(gone, strings.TrimSpace(a.Body)) || a.Status == http.StatusGone || a.Status == http.StatusNotFound:
		return channel.Gone
	case a.Status == http.StatusTooManyRequests:
		return channel.Throttle
	case a.Status >= 500:
		return channel.Unsent
	}
	return channel.Refused
}

type message struct {
	Text   string  `json:"text"` // what notifications show
	Blocks []block `json:"blocks"`
}

type block struct {
	Type     string `json:"type"`
	Text     *text  `json:"text,omitempty"`
	Elements []text `json:"elements,omitempty"`
}

type text struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

func messageOf(l channel.Letter) message {
	m := message{Text: cut(escape(l.Title), maxText), Blocks: []block{{Type: "header", Text: &text{"plain_text", cut(oneLine(l.Title), maxHeader)}}}}
	for i, line := range l.Lines {
		if len(m.Blocks) == maxBlocks-2 && i < len(l.Lines)-1 {
			m.Blocks = append(m.Blocks, section("…"))
			break
		}
		if strings.TrimSpace(line) != "" {
			m.Blocks = append(m.Blocks, section(cut(escape(line), maxSection)))
		}
	}
	context := []string{l.Severity, l.Category, l.At.UTC().Format("2006-01-02 15:04 UTC"), l.ID}
	if l.Link != "" {
		context = append(context, "<"+escape(l.Link)+">")
	}
	context = slices.DeleteFunc(context, func(s string) bool { return s == "" })
	return message{m.Text, append(m.Blocks, block{Type: "context", Elements: []text{{"mrkdwn", strings.Join(context, " · ")}}})}
}

func section(line string) block { return block{Type: "section", Text: &text{"mrkdwn", line}} }

// escape takes from a text what Slack would read as a link, a mention or the end of one.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(oneLine(s))
}

// oneLine takes line breaks and other control characters out.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// cut is the text in at most n characters; an entity that would be cut in two is left out.
func cut(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	short := string(runes[:n-1])
	if i := strings.LastIndexByte(short, '&'); i >= 0 && !strings.Contains(short[i:], ";") {
		short = short[:i]
	}
	return short + "…"
}
