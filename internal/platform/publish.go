package platform

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// The platforms that take posts. Their accounts are connected apart from ad accounts: other scopes,
// other tokens, and an organisation may want one without the other.
const (
	Facebook     = "facebook" // a Page
	Instagram    = "instagram"
	LinkedInPage = "linkedin_page"
	X            = "x"
	Mastodon     = "mastodon"
	Bluesky      = "bluesky"
)

// Party is what every connector is at least: a platform at which people allow us something.
type Party interface {
	Info() Info
	Authorizer
}

// Publisher is the connector of a platform that takes posts. Only Publish makes anything visible, and
// it is called once for an outcome: an *Error that is not Unsure says that the platform surely did not
// publish, one that is Unsure that it may have.
type Publisher interface {
	Party
	// Prepare hands the media over, and publishes nothing. Without media it is not called. It may be
	// repeated: what was handed over before is forgotten.
	Prepare(ctx context.Context, c Call, p Publication) (Prepared, error)
	// Ready asks how far the platform is with media that were Pending.
	Ready(ctx context.Context, c Call, m Prepared) (Prepared, error)
	// Publish makes the post.
	Publish(ctx context.Context, c Call, p Publication, m Prepared) (Published, error)
	// Find looks for a post that an Unsure Publish may have made.
	Find(ctx context.Context, c Call, p Publication, m Prepared) (Found, error)
	// Allowance is how many more posts the account may make today; ok is false where the platform
	// doesn't say.
	Allowance(ctx context.Context, c Call) (left int, ok bool, err error)
}

// Publication is one post for one account, as it goes out.
type Publication struct {
	Text  string // as it stands in the post; a link that the platform doesn't show apart is not in it
	Link  string // "" for none
	Media []Medium
	// Key names the publication: every attempt to publish it has the same one, another publication has
	// another. It is a UUID.
	Key string
	// Began is when the first attempt to publish began: an older post is another one.
	Began time.Time
}

// Medium is an image of a post.
type Medium struct {
	URL  string // public, https
	Type string // "image/jpeg"
	Alt  string
	Data []byte // with Info.Uploads: the image itself
}

// Prepared is what the platform calls the media that it was handed.
type Prepared struct {
	IDs     []string `json:"ids,omitempty"`     // in the order of the media, or one for all
	Pending bool     `json:"pending,omitempty"` // the platform is still at work: ask Ready
}

// Published is a post that is out.
type Published struct {
	ID        string    // the platform's
	Permalink string    // "" where the platform doesn't tell
	At        time.Time // as the platform tells, or else zero
}

// Found is what a search for a post came to.
type Found struct {
	Published
	There bool
	// Sure says that a post that isn't There was never published and will not be: repeating is safe.
	Sure bool
}

// Refused reports whether an answer of the status says that the platform did nothing: it was refused
// before it was accepted. A server's failure, and what stands between it and us, may come after.
func Refused(status int) bool {
	return status >= 400 && status < 500 && status != http.StatusRequestTimeout
}

// unreached reports whether a call failed before anything was sent.
func unreached(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true
	}
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}
