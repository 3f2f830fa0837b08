// The function notify-integration-connected welcomes a connected ad account and wakes its first sync.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/app"
	"bellwether/internal/channel/sns"
	"bellwether/internal/listen"
	"bellwether/internal/queue/sqs"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		return listen.NotifyIntegrationConnected(listen.IntegrationConnected{
			Accounts:  store.Integrations{Table: table},
			Campaigns: store.Campaigns{Table: table},
			Roster:    store.Tenants{Table: table},
			Telling:   listen.Telling{Inbox: store.Inbox{Table: table}, Alerts: store.Alerts{Table: table}, Topic: sns.New(c.AWS, c.FailureTopicARN)},
			Tiles:     store.Runs{Table: table},
			Signals:   store.Incidents{Table: table},
			Queue:     sqs.New(c.AWS, c.SyncQueueURL),
			Park:      store.Parked{Table: table},
			Now:       c.Now,
		})
	})
}
