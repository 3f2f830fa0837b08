// The function apply-campaign-status pauses and starts campaigns at their platforms.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/app"
	"bellwether/internal/grant"
	"bellwether/internal/platform/connectors"
	"bellwether/internal/produce"
	"bellwether/internal/secret/kms"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		platforms := app.Must(connectors.Read(c.Platforms, c.Now))
		return produce.ApplyCampaignStatus(produce.Driver{
			Campaigns:  store.Campaigns{Table: table},
			Accounts:   store.Integrations{Table: table},
			Tokens:     grant.Keeper{Store: store.Grants{Table: table}, Sealer: kms.New(c.AWS, c.TokenKeyARN, c.Random), Connectors: platforms, Now: c.Now},
			Connectors: platforms,
			Park:       store.Parked{Table: table},
			Now:        c.Now,
			Random:     c.Random,
		})
	})
}
