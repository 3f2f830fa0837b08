// The function web serves the dashboard's pages.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/app"
	"bellwether/internal/entry"
	"bellwether/internal/secret/local"
	"bellwether/internal/web"
)

func main() {
	app.Main(func(c app.Config) lambda.Handler {
		pages := web.App{
			API: c.HTTP.Transport, Sealer: app.Must(local.New(c.CursorKey, c.Random)), Issuer: c.Issuer, ClientID: c.Audience, OIDC: c.HTTP,
			PublicURL: c.PublicURL, Now: c.Now,
		}
		return entry.NewHTTP(pages.Handler())
	})
}
