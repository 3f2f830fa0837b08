// The function watch-deadlines does what timers are set for.
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
		return produce.WatchDeadlines(store.Campaigns{Table: dynamo.New(c.AWS, c.Table)}, sqs.New(c.AWS, c.AlertQueueURL), c.Now)
	})
}
