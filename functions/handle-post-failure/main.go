// The function handle-post-failure tells people of posts that did not go out.
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
		return listen.HandlePostFailure(listen.PostFailure{
			Posts:     store.Posts{Table: table},
			Dashboard: store.Dashboard{Table: table},
			Roster:    store.Tenants{Table: table},
			Telling:   listen.Telling{Inbox: store.Inbox{Table: table}, Alerts: store.Alerts{Table: table}, Topic: sns.New(c.AWS, c.FailureTopicARN)},
			Signals:   store.Incidents{Table: table},
			Park:      store.Parked{Table: table},
			Now:       c.Now,
		})
	})
}
