// The function integrations-api serves the API of connected ad accounts.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/api"
	"bellwether/internal/api/integrations"
	"bellwether/internal/app"
	"bellwether/internal/entry"
	"bellwether/internal/grant"
	"bellwether/internal/platform/connectors"
	"bellwether/internal/queue/sqs"
	"bellwether/internal/secret/kms"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		browsers := app.Must(local.New(c.CursorKey, c.Random))
		platforms := app.Must(connectors.Read(c.Platforms, c.Now))
		manners := api.Manners{Requests: store.Requests{Table: table}, Now: c.Now, Random: c.Random}
		routes := integrations.API{
			Integrations: store.Integrations{Table: table},
			Grants:       store.Grants{Table: table},
			Runs:         store.Runs{Table: table},
			Keeper:       grant.Keeper{Store: store.Grants{Table: table}, Sealer: kms.New(c.AWS, c.TokenKeyARN, c.Random), Connectors: platforms, Now: c.Now},
			Connectors:   platforms,
			Queue:        sqs.New(c.AWS, c.SyncQueueURL),
			States:       browsers,
			Cursors:      api.Cursors{Sealer: browsers, Now: c.Now},
			PublicURL:    c.PublicURL,
			Random:       c.Random,
		}.Routes()
		return entry.NewHTTP(manners.Handler(routes...))
	})
}
