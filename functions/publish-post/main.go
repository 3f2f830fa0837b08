// The function publish-post publishes social posts when their time has come.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/app"
	"bellwether/internal/grant"
	"bellwether/internal/outbound"
	"bellwether/internal/platform/connectors"
	"bellwether/internal/produce"
	"bellwether/internal/queue/sqs"
	"bellwether/internal/schedule/scheduler"
	"bellwether/internal/secret/kms"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		platforms := app.Must(connectors.Read(c.Platforms, c.Now))
		return produce.PublishPost(produce.Publisher{
			Posts:      store.Posts{Table: table},
			Accounts:   store.Integrations{Table: table},
			Tokens:     grant.Keeper{Store: store.Grants{Table: table}, Sealer: kms.New(c.AWS, c.TokenKeyARN, c.Random), Connectors: platforms, Now: c.Now},
			Connectors: platforms,
			Images:     outbound.NewFetcher(outbound.Guard{}),
			Timers:     scheduler.New(c.AWS, scheduler.Options(c.Timers), c.Now),
			Syncs:      sqs.New(c.AWS, c.SyncQueueURL),
			Now:        c.Now,
			Random:     c.Random,
		})
	})
}
