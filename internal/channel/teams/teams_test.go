package teams_test

import (
	"net/http"
	"testing"

	"bellwether/internal/channel"
	"bellwether/internal/channel/channeltest"
	"bellwether/internal/channel/hook"
	"bellwether/internal/channel/hook/hooktest"
	"bellwether/internal/channel/teams"
	"bellwether/internal/outbound"
)

func open(p hook.Poster) channel.Sender { return teams.Sender{Poster: p} }

func TestContract(t *testing.T) {
	channeltest.Run(t, channel.Teams, func(p outbound.Poster) channel.Sender { return open(p) })
}

func TestMessage(t *testing.T) {
	p := &hooktest.Poster{Answer: outbound.Answer{Status: http.StatusAccepted}}
	l := channeltest.Letter()
	l.Link, l.Language = "https://app.example/c?id=1&tab=spend", "ar"
	if err := open(p).Send(t.Context(), channel.Endpoint{}, l); err != nil {
		t.Fatal(err)
	}
	hooktest.SameBody(t, p, "testdata/message.json")
}

// What workflows answer. One that runs and does not come to its end in time answers as a gateway does: its
// card may have been posted by then.
func TestAnswers(t *testing.T) {
	hooktest.Outcomes(t, open, channeltest.Letter(), map[string]channel.Outcome{
		"202":   "",
		"200 1": "",
		`400 {"error":{"code":"TriggerInputSchemaMismatch"}}`:     channel.Refused,
		`401 {"error":{"code":"DirectApiAuthorizationRequired"}}`: channel.Refused,
		"403": channel.Refused,
		"413": channel.Refused,
		`404 {"error":{"code":"WorkflowNotFound"}}`: channel.Gone,
		"410":                                 channel.Gone,
		"429":                                 channel.Throttle,
		"500":                                 channel.Unsent,
		"503":                                 channel.Unsent,
		`502 {"error":{"code":"NoResponse"}}`: channel.Unknown,
		`504 {"error":{"code":"GatewayTimeout"}}`: channel.Unknown,
	})
}
