// The function handle-sync-failure tells people when syncs begin to fail, and keeps their history.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/app"
	"bellwether/internal/channel/sns"
	"bellwether/internal/listen"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		return listen.HandleSyncFailure(listen.SyncFailure{
			Accounts:  store.Integrations{Table: table},
			Campaigns: store.Campaigns{Table: table},
			Posts:     store.Posts{Table: table},
			Roster:    store.Tenants{Table: table},
			Telling:   listen.Telling{Inbox: store.Inbox{Table: table}, Alerts: store.Alerts{Table: table}, Topic: sns.New(c.AWS, c.FailureTopicARN)},
			Runs:      store.Runs{Table: table},
			Signals:   store.Incidents{Table: table},
			Park:      store.Parked{Table: table},
			Now:       c.Now,
		})
	})
}
