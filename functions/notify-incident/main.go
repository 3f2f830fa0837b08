// The function notify-incident sets the timers of incidents and tells people how they go on.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/app"
	"bellwether/internal/channel/sns"
	"bellwether/internal/listen"
	"bellwether/internal/schedule/scheduler"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		return listen.NotifyIncident(listen.IncidentNews{
			Incidents: store.Incidents{Table: table},
			Calendars: store.Tenants{Table: table},
			Silences:  store.Silences{Table: table},
			Accounts:  store.Integrations{Table: table},
			Campaigns: store.Campaigns{Table: table},
			Posts:     store.Posts{Table: table},
			Roster:    store.Tenants{Table: table},
			Telling:   listen.Telling{Inbox: store.Inbox{Table: table}, Alerts: store.Alerts{Table: table}, Topic: sns.New(c.AWS, c.FailureTopicARN)},
			Timers:    scheduler.New(c.AWS, scheduler.Options(c.Timers), c.Now),
			Park:      store.Parked{Table: table},
			Now:       c.Now,
		})
	})
}
