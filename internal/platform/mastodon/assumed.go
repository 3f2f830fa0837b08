package mastodon

import (
	"net/url"
	"time"
)

// What stands here is assumed: no source that we could read confirms it. The sandbox builds on the same
// values, so that a correction is made in one place.

// DisabledText is how a refusal under 403 begins when the account was suspended: there are no codes.
const DisabledText = "Your login is currently disabled"

// KeyLife is how long an instance knows a key again (documented), and keyUse how long we count on it: an
// answer within that time leaves room for clocks that differ, and for the call itself.
const (
	KeyLife = time.Hour
	keyUse  = 50 * time.Minute
)

// revokeURL is where a token is given back: beside the token endpoint.
func revokeURL(tokenURL string) string {
	u, err := url.Parse(tokenURL)
	if err != nil { // New has parsed it before
		return tokenURL
	}
	return u.JoinPath("..", "revoke").String()
}
