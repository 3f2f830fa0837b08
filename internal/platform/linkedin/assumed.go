package linkedin

import "net/url"

// What stands here is assumed: no source that we could read confirms it for the version in use. The
// sandbox builds on the same values, so that a correction is made in one place.

// Fields of an ad account. The time zone is hardly there: LinkedIn reports in days of UTC, which is
// what an account without the field has.
const (
	CurrencyField = "currency"
	TimeZoneField = "timeZone"
	ReportZone    = "UTC"
)

// Statuses of an ad account. The others mean that it can't run ads.
const (
	AccountActive   = "ACTIVE"
	AccountCanceled = "CANCELED"
)

var closed = map[string]bool{AccountCanceled: true, "CANCELLED": true, "PENDING_DELETION": true, "REMOVED": true}

// Codes of refusals that come under a status that says less.
const (
	RevokedCode   = 65601 // serviceErrorCode under 401: the member took the grant back
	ExpiredCode   = 65602 // serviceErrorCode under 401
	SuspendedCode = "ACCOUNT_SUSPENDED"
)

// What refuses a post that repeats another one, under 422, has this in its text.
const DuplicateText = "duplicate"

// How the accounts of a member are found, and those that may be published on.
const (
	AdminsQuery = "q=roleAssignee&role=ADMINISTRATOR&state=APPROVED"
	AdminScope  = "rw_organization_admin"
)

// PostsQuery finds the posts of an author, who stands before it, the newest first.
const PostsQuery = "&q=author&count=10&sortBy=CREATED"

// States of a post that nobody sees, and of an image.
const (
	PostDraft       = "DRAFT"
	PostFailed      = "PUBLISH_FAILED"
	ImageAvailable  = "AVAILABLE"
	ImageProcessing = "PROCESSING"
	ImageWaiting    = "WAITING_UPLOAD"
	ImageFailed     = "PROCESSING_FAILED"
)

// ShortLink is what LinkedIn may put in place of a link in a text.
const ShortLink = "https://lnkd.in/"

// article is how a link is shown below a post's text. LinkedIn reads no page itself and wants a title:
// the link's host is what we know of it.
type article struct {
	Source string `json:"source"`
	Title  string `json:"title"`
}

// permalink is a post's page: LinkedIn tells none.
func permalink(authURL, id string) string {
	u, err := url.Parse(authURL)
	if err != nil { // New has parsed it before
		return ""
	}
	return u.JoinPath("..", "..", "..", "feed", "update", id).String()
}

// SignaturePrefix stands before the body in the text that a webhook's signature is over.
const SignaturePrefix = "hmacsha256="

// maxRows is where a report ends without a word: LinkedIn cuts off what is longer.
const maxRows = 15_000

// revokeURL is where a token is given back: beside the token endpoint.
func revokeURL(tokenURL string) string {
	u, err := url.Parse(tokenURL)
	if err != nil { // New has parsed it before
		return tokenURL
	}
	return u.JoinPath("..", "revoke").String()
}
