// The function authorize is the Lambda authorizer of the HTTP API.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/api/authorize"
	"bellwether/internal/app"
	"bellwether/internal/store"
	"bellwether/internal/store/dynamo"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		issuer := app.Must(authorize.NewIssuer(authorize.Config{Issuer: c.Issuer, Audience: c.Audience, HTTP: c.HTTP, Now: c.Now}))
		return authorize.New(issuer, store.Tenants{Table: dynamo.New(c.AWS, c.Table)}, c.Now)
	})
}
