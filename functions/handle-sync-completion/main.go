// The function handle-sync-completion keeps the history of syncs that went through.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/app"
	"bellwether/internal/listen"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		return listen.HandleSyncCompletion(listen.SyncCompletion{
			Accounts: store.Integrations{Table: table},
			Roster:   store.Tenants{Table: table},
			Inbox:    store.Inbox{Table: table},
			Runs:     store.Runs{Table: table},
			Signals:  store.Incidents{Table: table},
			Park:     store.Parked{Table: table},
			Now:      c.Now,
		})
	})
}
