// The function dashboard-api serves the dashboard API.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/api"
	"bellwether/internal/api/dashboard"
	"bellwether/internal/app"
	"bellwether/internal/entry"
	"bellwether/internal/parallel"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		cursors := api.Cursors{Sealer: app.Must(local.New(c.CursorKey, c.Random)), Now: c.Now}
		manners := api.Manners{Requests: store.Requests{Table: table}, Now: c.Now, Random: c.Random}
		routes := dashboard.API{Rows: store.Dashboard{Table: table}, Alerts: store.Alerts{Table: table}, Accounts: store.Runs{Table: table}, Calendar: store.Posts{Table: table}, Campaigns: store.Campaigns{Table: table}, Cursors: cursors, Sleep: parallel.Sleep}.Routes()
		return entry.NewHTTP(manners.Handler(routes...))
	})
}
