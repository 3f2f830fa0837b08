// The function incidents-api serves the API of incidents and silences.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/api"
	"bellwether/internal/api/incidents"
	"bellwether/internal/app"
	"bellwether/internal/entry"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		sealer := app.Must(local.New(c.CursorKey, c.Random))
		manners := api.Manners{Requests: store.Requests{Table: table}, Now: c.Now, Random: c.Random}
		routes := incidents.API{
			Incidents: store.Incidents{Table: table},
			Silences:  store.Silences{Table: table},
			Accounts:  store.Integrations{Table: table},
			Campaigns: store.Campaigns{Table: table},
			Orgs:      store.Tenants{Table: table},
			Cursors:   api.Cursors{Sealer: sealer, Now: c.Now},
		}.Routes()
		return entry.NewHTTP(manners.Handler(routes...))
	})
}
