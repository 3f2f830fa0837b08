// The function notify-budget-threshold alerts people to spent budgets, and pauses campaigns at 100 %.
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
		return listen.NotifyBudgetThreshold(listen.BudgetThreshold{
			Campaigns: store.Campaigns{Table: table},
			Roster:    store.Tenants{Table: table},
			Telling:   listen.Telling{Inbox: store.Inbox{Table: table}, Alerts: store.Alerts{Table: table}, Topic: sns.New(c.AWS, c.BudgetTopicARN)},
			Timers:    scheduler.New(c.AWS, scheduler.Options(c.Timers), c.Now),
			Park:      store.Parked{Table: table},
			Now:       c.Now,
		})
	})
}
