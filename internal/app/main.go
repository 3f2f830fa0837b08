package app

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/entry"
)

// Main runs a function: it wires once, at init, and then handles invocations for ever.
// A configuration that can't work ends the cold start.
func Main(build func(Config) lambda.Handler) {
	c, err := Load(os.Getenv, os.Stdout)
	if err != nil {
		panic("configuration: " + err.Error())
	}
	lambda.Start(entry.Wrap(build(c), c.Function, c.Observer, c.Now))
}

// Must is v, or the end of a cold start whose configuration can't work.
func Must[T any](v T, err error) T {
	if err != nil {
		panic("configuration: " + err.Error())
	}
	return v
}
