// The function update-dashboard-cache keeps the dashboard's rows fresh.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/app"
	"bellwether/internal/listen"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		return listen.UpdateDashboardCache(store.Campaigns{Table: table}, store.Posts{Table: table}, store.Dashboard{Table: table}, store.Parked{Table: table}, c.Now)
	})
}
