package teams_test

import (
	"testing"

	"bellwether/internal/channel"
	"bellwether/internal/channel/channeltest"
	"bellwether/internal/channel/teams"
	"bellwether/internal/outbound"
)

func TestContract(t *testing.T) {
	channeltest.Run(t, channel.Teams, func(p outbound.Poster) channel.Sender { return teams.Sender{Poster: p} })
}
