// The function orgs-api serves the API of organisations, members and keys.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/api"
	"bellwether/internal/api/orgs"
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
		routes := orgs.API{Tenants: store.Tenants{Table: table}, Audit: store.Audit{Table: table}, Cursors: cursors, Manners: manners}.Routes()
		return entry.NewHTTP(manners.Handler(routes...))
	})
}
