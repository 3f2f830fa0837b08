// The function collect-dead-letters files what stands in the listeners' dead-letter queues.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/app"
	"bellwether/internal/produce"
	"bellwether/internal/queue"
	"bellwether/internal/queue/sqs"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		queues := map[string]queue.Source{}
		for listener, url := range c.DeadQueueURLs {
			queues[listener] = sqs.New(c.AWS, url)
		}
		return produce.CollectDeadLetters(queues, store.Parked{Table: dynamo.New(c.AWS, c.Table)}, c.Now)
	})
}
