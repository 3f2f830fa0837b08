// The function update-performance-metrics computes figures and trends.
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
		return listen.UpdatePerformanceMetrics(store.Campaigns{Table: table}, store.Snapshots{Table: table}, store.Parked{Table: table}, c.Now)
	})
}
