package linkedin_test

import (
	"net/url"
	"testing"

	"bellwether/internal/platform"
	"bellwether/internal/platform/linkedin"
	"bellwether/internal/platform/platformtest"
)

// The answer was signed with another program, by the sandbox's secret.
func TestContract(t *testing.T) {
	platformtest.Run(t, platformtest.Subject{
		Platform:  "linkedin",
		New:       func(e platform.Endpoint, c platform.Client) (platform.Connector, error) { return linkedin.New(e, c) },
		Challenge: url.Values{"challengeCode": {"890e4665-4dfe-4ab1-b689-ed553bceeed0"}},
		Answer:    `{"challengeCode":"890e4665-4dfe-4ab1-b689-ed553bceeed0","challengeResponse":"851189724799fa45e83f5ac7f1a84b31755f65660a4020674d49d4798a5a506d"}`,
	})
}
