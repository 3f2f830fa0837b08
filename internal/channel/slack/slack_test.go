package slack_test

import (
	"testing"

	"bellwether/internal/channel"
	"bellwether/internal/channel/channeltest"
	"bellwether/internal/channel/slack"
	"bellwether/internal/outbound"
)

func TestContract(t *testing.T) {
	channeltest.Run(t, channel.Slack, func(p outbound.Poster) channel.Sender { return slack.Sender{Poster: p} })
}
