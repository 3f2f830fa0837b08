// The function sync-integration reads an ad account's campaigns and results from its platform.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/app"
	"bellwether/internal/grant"
	"bellwether/internal/platform/connectors"
	"bellwether/internal/produce"
	"bellwether/internal/queue/sqs"
	"bellwether/internal/secret/kms"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		platforms := app.Must(connectors.Read(c.Platforms, c.Now))
		return produce.SyncIntegration(produce.Syncer{
			Accounts:   store.Integrations{Table: table},
			Campaigns:  store.Campaigns{Table: table},
			Orgs:       store.Tenants{Table: table},
			Tokens:     grant.Keeper{Store: store.Grants{Table: table}, Sealer: kms.New(c.AWS, c.TokenKeyARN, c.Random), Connectors: platforms, Now: c.Now},
			Connectors: platforms,
			Queue:      sqs.New(c.AWS, c.SyncQueueURL),
			Now:        c.Now,
			Random:     c.Random,
		})
	})
}
