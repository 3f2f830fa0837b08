// The function redrive serves the API of what listeners could not handle.
package main

import (
	"maps"
	"slices"

	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/api"
	"bellwether/internal/api/redrive"
	"bellwether/internal/app"
	"bellwether/internal/entry"
	"bellwether/internal/schedule/scheduler"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		manners := api.Manners{Requests: store.Requests{Table: table}, Now: c.Now, Random: c.Random}
		routes := redrive.API{
			Letters:   store.Parked{Table: table},
			Timers:    scheduler.New(c.AWS, scheduler.Options(c.Timers), c.Now),
			Listeners: slices.Sorted(maps.Keys(c.Timers.Targets)),
			Cursors:   api.Cursors{Sealer: app.Must(local.New(c.CursorKey, c.Random)), Now: c.Now},
		}.Routes()
		return entry.NewHTTP(manners.Handler(routes...))
	})
}
