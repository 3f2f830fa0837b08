package tiktok_test

import (
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/platformtest"
	"bellwether/internal/platform/tiktok"
)

func TestContract(t *testing.T) {
	platformtest.Run(t, platformtest.Subject{
		Platform: "tiktok", Timed: true, Undated: true, Wait: 5 * time.Minute,
		New: func(e platform.Endpoint, c platform.Client) (platform.Connector, error) { return tiktok.New(e, c) },
	})
}
