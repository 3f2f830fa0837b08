// The function automations-api serves the API of rules of automation.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/api"
	"bellwether/internal/api/automations"
	"bellwether/internal/api/recommendations"
	"bellwether/internal/app"
	"bellwether/internal/consent"
	"bellwether/internal/entry"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		browsers := app.Must(local.New(c.CursorKey, c.Random))
		manners := api.Manners{Requests: store.Requests{Table: table}, Now: c.Now, Random: c.Random}
		cursors := api.Cursors{Sealer: browsers, Now: c.Now}
		routes := automations.API{
			Rules:     store.Rules{Table: table},
			Decisions: store.Automations{Table: table},
			Campaigns: store.Campaigns{Table: table},
			Scenes:    store.Scenes{Table: table},
			Orgs:      store.Tenants{Table: table},
			Links:     consent.Links{Sealer: browsers},
			Cursors:   cursors,
		}.Routes()
		advice := recommendations.API{Recommendations: store.Recommendations{Table: table}, Cursors: cursors}.Routes()
		return entry.NewHTTP(manners.Handler(append(routes, advice...)...))
	})
}
