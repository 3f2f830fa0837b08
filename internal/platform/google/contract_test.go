package google_test

import (
	"testing"

	"bellwether/internal/platform"
	"bellwether/internal/platform/google"
	"bellwether/internal/platform/platformtest"
)

func TestContract(t *testing.T) {
	platformtest.Run(t, platformtest.Subject{
		Platform: "google",
		New:      func(e platform.Endpoint, c platform.Client) (platform.Connector, error) { return google.New(e, c) },
	})
}
