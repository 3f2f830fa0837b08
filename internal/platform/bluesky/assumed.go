package bluesky

import (
	"strings"

	"bellwether/internal/platform"
)

// What stands here is assumed: no source that we could read confirms it. The sandbox builds on the same
// values, so that a correction is made in one place.

// Names of refusals.
const (
	MethodUnknown = "MethodNotImplemented" // under 501: the server has no such call any more
	BlobUnknown   = "BlobNotFound"         // an image that was handed over is gone
)

// absentText is how servers that have no name for it begin the refusal of a record that is not there.
const absentText = "Could not locate record"

// absent reports whether a refusal says that a record is not there. Nothing else may be taken for it.
func absent(e *platform.Error) bool {
	return e.Code == "RecordNotFound" || e.Code == "InvalidRequest" && strings.HasPrefix(e.Message, absentText)
}

// Permalink is where people read a post: servers don't say.
func Permalink(account, key string) string {
	return "https://bsky.app/profile/" + account + "/post/" + key
}
