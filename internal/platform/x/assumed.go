package x

import (
	"net/url"
	"time"
)

// What stands here is assumed: no source that we could read confirms it. The sandbox builds on the same
// values, so that a correction is made in one place.

// Codes of X's older API that refusals under 403 may still carry. Most of the newer ones have none.
const (
	SuspendedCode = "64"
	DuplicateCode = "187"
	AutomatedCode = "226" // it looks automated: the account is stopped for a while
	LockedCode    = "326" // the account is locked until its owner signs in
)

// Marks of refusals: what the type of a problem ends in, and the words of the repeated post.
const (
	CappedType    = "usage-capped" // the application's allowance of the month
	CreditsType   = "credits"      // what was paid for is used up
	DuplicateText = "duplicate content"
)

// cappedWait is how long a used-up allowance is left alone: X doesn't say when it ends.
const cappedWait = 24 * time.Hour

// dayLimits are the limits of a day, which have headers of their own beside those of a quarter of an hour.
var dayLimits = []string{"X-User-Limit-24hour", "X-App-Limit-24hour"}

// KeyPrefix stands before the id of an image where posts name it.
const KeyPrefix = "3_"

// permalink is a post's page: X tells none, but leads on from this one.
func permalink(authURL, id string) string {
	u, err := url.Parse(authURL)
	if err != nil { // New has parsed it before
		return ""
	}
	return u.JoinPath("..", "..", "web", "status", id).String()
}

// revokeURL is where a token is given back: beside the token endpoint.
func revokeURL(tokenURL string) string {
	u, err := url.Parse(tokenURL)
	if err != nil {
		return tokenURL
	}
	return u.JoinPath("..", "revoke").String()
}
