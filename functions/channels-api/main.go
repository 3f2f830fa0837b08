// The function channels-api serves the API of how people are told.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/api"
	"bellwether/internal/api/channels"
	"bellwether/internal/app"
	"bellwether/internal/channel/sns"
	"bellwether/internal/entry"
	"bellwether/internal/queue/sqs"
	"bellwether/internal/secret/kms"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		manners := api.Manners{Requests: store.Requests{Table: table}, Now: c.Now, Random: c.Random}
		routes := channels.API{
			Orgs:     store.Tenants{Table: table},
			Settings: store.Notify{Table: table},
			Ledger:   store.Deliveries{Table: table},
			People:   sns.NewPeople(c.AWS, c.FailureTopicARN),
			Sealer:   kms.New(c.AWS, c.TokenKeyARN, c.Random),
			Queue:    sqs.New(c.AWS, c.AlertQueueURL),
			Cursors:  api.Cursors{Sealer: app.Must(local.New(c.CursorKey, c.Random)), Now: c.Now},
			Random:   c.Random,
		}.Routes()
		return entry.NewHTTP(manners.Handler(routes...))
	})
}
