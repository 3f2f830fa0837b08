// The function sync-tickets makes tickets of incidents, and brings them to where these are.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/app"
	"bellwether/internal/listen"
	"bellwether/internal/outbound"
	"bellwether/internal/secret/kms"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
	"bellwether/internal/ticket/desk"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		return listen.SyncTickets(listen.TicketSync{
			Incidents: store.Incidents{Table: table},
			Desk: desk.Desk{
				Settings: store.Trackers{Table: table}, Builtin: store.Tickets{Table: table}, Sealer: kms.New(c.AWS, c.TokenKeyARN, c.Random),
				GitHubURL: c.GitHubURL, HTTP: outbound.Guard{}.NewClient(), Now: c.Now,
			},
			PublicURL: c.PublicURL,
			Park:      store.Parked{Table: table},
			Now:       c.Now,
		})
	})
}
