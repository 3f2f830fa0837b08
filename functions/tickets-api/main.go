// The function tickets-api serves the API of tickets.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/api"
	"bellwether/internal/api/tickets"
	"bellwether/internal/app"
	"bellwether/internal/entry"
	"bellwether/internal/outbound"
	"bellwether/internal/secret/kms"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		browsers := app.Must(local.New(c.CursorKey, c.Random))
		manners := api.Manners{Requests: store.Requests{Table: table}, Now: c.Now, Random: c.Random}
		routes := tickets.API{
			Tickets:   store.Tickets{Table: table},
			Trackers:  store.Trackers{Table: table},
			Incidents: store.Incidents{Table: table},
			Sealer:    kms.New(c.AWS, c.TokenKeyARN, c.Random),
			Address:   outbound.Guard{}.Check,
			Cursors:   api.Cursors{Sealer: browsers, Now: c.Now},
			PublicURL: c.PublicURL,
			Random:    c.Random,
		}.Routes()
		return entry.NewHTTP(manners.Handler(routes...))
	})
}
