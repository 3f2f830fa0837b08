// The function deliver-alerts tells people by their own channels.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/app"
	"bellwether/internal/channel"
	"bellwether/internal/channel/slack"
	"bellwether/internal/channel/sns"
	"bellwether/internal/channel/teams"
	"bellwether/internal/channel/webhook"
	"bellwether/internal/consent"
	"bellwether/internal/outbound"
	"bellwether/internal/produce"
	"bellwether/internal/queue/sqs"
	"bellwether/internal/schedule/scheduler"
	"bellwether/internal/secret/kms"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		poster := outbound.NewPoster(outbound.Guard{}, webhook.Timeout)
		return produce.DeliverAlerts(produce.Deliverer{
			Ledger:    store.Deliveries{Table: table},
			Addresses: store.Notify{Table: table},
			Rosters:   store.Tenants{Table: table},
			Inboxes:   store.Inbox{Table: table},
			Incidents: store.Incidents{Table: table},
			Silences:  store.Silences{Table: table},
			Campaigns: store.Campaigns{Table: table},
			People:    sns.NewPeople(c.AWS, c.FailureTopicARN),
			Senders: map[string]channel.Sender{
				channel.Slack: slack.Sender{Poster: poster}, channel.Teams: teams.Sender{Poster: poster},
				channel.Webhook: webhook.Sender{Poster: poster, Now: c.Now},
			},
			Sealer: kms.New(c.AWS, c.TokenKeyARN, c.Random),
			Links:  consent.Links{Sealer: app.Must(local.New(c.CursorKey, c.Random)), PublicURL: c.PublicURL},
			Queue:  sqs.New(c.AWS, c.AlertQueueURL),
			Timers: scheduler.New(c.AWS, scheduler.Options(c.Timers), c.Now),
			Now:    c.Now,
			Random: c.Random,
		})
	})
}
