// The function watch-deadlines does what timers are set for.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/app"
	"bellwether/internal/produce"
	"bellwether/internal/queue/sqs"
	"bellwether/internal/schedule/scheduler"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		return produce.WatchDeadlines(produce.Deadlines{
			Campaigns: store.Campaigns{Table: table},
			Incidents: store.Incidents{Table: table},
			Calendars: store.Tenants{Table: table},
			Timers:    scheduler.New(c.AWS, scheduler.Options(c.Timers), c.Now),
			Alerts:    sqs.New(c.AWS, c.AlertQueueURL),
			Now:       c.Now,
		})
	})
}
