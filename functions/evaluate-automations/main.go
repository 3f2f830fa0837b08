// The function evaluate-automations lets the rules of automation look at campaigns.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/app"
	"bellwether/internal/produce"
	"bellwether/internal/schedule/scheduler"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		return produce.EvaluateAutomations(produce.Evaluator{
			Campaigns: store.Campaigns{Table: table},
			Scenes:    store.Scenes{Table: table},
			Rules:     store.Rules{Table: table},
			Decisions: store.Automations{Table: table},
			Reviewers: []produce.Reviewer{
				produce.ForecastReview{Campaigns: store.Campaigns{Table: table}, Now: c.Now},
				produce.Recommending{
					Campaigns: store.Campaigns{Table: table}, Freshness: store.Scenes{Table: table},
					Recommendations: store.Recommendations{Table: table}, Now: c.Now,
				},
			},
			Timers: scheduler.New(c.AWS, scheduler.Options(c.Timers), c.Now),
			Park:   store.Parked{Table: table},
			Now:    c.Now,
		})
	})
}
