// The function dispatch-syncs puts the accounts whose sync is due into the queue of sync-integration.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/app"
	"bellwether/internal/produce"
	"bellwether/internal/queue/sqs"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		accounts := store.Integrations{Table: dynamo.New(c.AWS, c.Table)}
		return produce.DispatchSyncs(accounts, sqs.New(c.AWS, c.SyncQueueURL), c.Now)
	})
}
