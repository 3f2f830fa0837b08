// The function relay-events moves events from the table's stream to the event log and the bus.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/app"
	"bellwether/internal/bus/eventbridge"
	"bellwether/internal/parallel"
	"bellwether/internal/produce"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		table := dynamo.New(c.AWS, c.Table)
		return produce.RelayEvents(store.EventLog{Table: table}, eventbridge.New(c.AWS, c.BusName), store.Parked{Table: table}, parallel.Sleep, c.Now)
	})
}
