// The function campaigns-api serves the campaigns API.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/api"
	"bellwether/internal/api/campaigns"
	"bellwether/internal/app"
	"bellwether/internal/entry"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		cursors := api.Cursors{Sealer: app.Must(local.New(c.CursorKey, c.Random)), Now: c.Now}
		manners := api.Manners{Requests: store.Requests{Table: table}, Now: c.Now, Random: c.Random}
		routes := campaigns.API{Campaigns: store.Campaigns{Table: table}, Posts: store.Posts{Table: table}, Accounts: store.Integrations{Table: table}, Orgs: store.Tenants{Table: table}, Freshness: store.Scenes{Table: table}, Cursors: cursors}.Routes()
		return entry.NewHTTP(manners.Handler(routes...))
	})
}
