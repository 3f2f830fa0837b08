package meta_test

import (
	"net/url"
	"testing"

	"bellwether/internal/platform"
	"bellwether/internal/platform/meta"
	"bellwether/internal/platform/platformtest"
)

func TestContract(t *testing.T) {
	platformtest.Run(t, platformtest.Subject{
		Platform: "meta",
		New:      func(e platform.Endpoint, c platform.Client) (platform.Connector, error) { return meta.New(e, c) },
		Percent:  12,
		Challenge: url.Values{
			"hub.mode": {"subscribe"}, "hub.verify_token": {"sandbox-verify-token"}, "hub.challenge": {"1158201444"},
		},
		Answer: "1158201444",
	})
}
