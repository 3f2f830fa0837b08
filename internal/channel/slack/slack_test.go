package slack_test

import (
	"net/http"
	"testing"

	"bellwether/internal/channel"
	"bellwether/internal/channel/channeltest"
	"bellwether/internal/channel/hook"
	"bellwether/internal/channel/hook/hooktest"
	"bellwether/internal/channel/slack"
	"bellwether/internal/outbound"
)

func open(p hook.Poster) channel.Sender { return slack.Sender{Poster: p} }

func TestContract(t *testing.T) {
	channeltest.Run(t, channel.Slack, func(p outbound.Poster) channel.Sender { return open(p) })
}

func TestMessage(t *testing.T) {
	p := &hooktest.Poster{Answer: outbound.Answer{Status: http.StatusOK, Body: "ok"}}
	l := channeltest.Letter()
	l.Link = "https://app.example/c?id=1&tab=spend"
	if err := open(p).Send(t.Context(), channel.Endpoint{}, l); err != nil {
		t.Fatal(err)
	}
	hooktest.SameBody(t, p, "testdata/message.json")
}

// What Slack documents that its incoming webhooks answer.
func TestAnswers(t *testing.T) {
	hooktest.Outcomes(t, open, channeltest.Letter(), map[string]channel.Outcome{
		"200 ok":                                "",
		"400 invalid_payload":                   channel.Refused,
		"400 user_not_found":                    channel.Refused,
		"400 invalid_blocks":                    channel.Refused,
		"403 action_prohibited":                 channel.Refused,
		"403 posting_to_general_channel_denied": channel.Refused,
		"403 invalid_token":                     channel.Gone,
		"403 team_disabled":                     channel.Gone,
		"404 no_service":                        channel.Gone,
		"404 no_active_hooks\n":                 channel.Gone,
		"404 no_team":                           channel.Gone,
		"404 channel_not_found":                 channel.Gone,
		"410 channel_is_archived":               channel.Gone,
		"429 rate_limited":                      channel.Throttle,
		"500 rollup_error":                      channel.Unsent,
		"302":                                   channel.Refused,
	})
}
