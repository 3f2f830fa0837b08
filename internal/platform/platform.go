// Package platform is the port to the ad platforms: what a connector can do, in one vocabulary for
// all of them. Each platform's client is a subpackage; it speaks that platform's own HTTP API and
// converts units, statuses and errors at its edge, so that nothing behind it knows a platform's ways.
package platform

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"bellwether/internal/money"
	"bellwether/internal/secret"
)

// The platforms that have a connector, as they stand in campaigns, events and paths.
const (
	Meta     = "meta"
	Google   = "google"
	LinkedIn = "linkedin"
	TikTok   = "tiktok"
)

// Info says what a connector can do. It is constant.
type Info struct {
	Platform   string   // "meta"
	Name       string   // for people: "Meta"
	Scopes     []string // what is asked for
	PKCE       bool     // the authorization endpoint takes a code challenge (RFC 7636)
	Refreshes  bool     // Refresh can prolong a grant without a person
	Webhooks   bool     // Hooks work
	MaxDays    int      // the longest window of one Metrics call, in days
	DailyCalls int      // what an ad account may be called in a UTC day; 0: not published
	Password   bool     // people sign in on a page of ours: Exchange's code is their handle, a line feed and their app password
	Uploads    bool     // a Publisher wants the media themselves; the others fetch them from their URL

	// RenewBefore is how long before its end a grant is renewed; 0: 15 minutes. Platforms whose tokens
	// can't be renewed any more once they have ended want days.
	RenewBefore time.Duration
}

// Connector is the API of a platform with ad accounts. It keeps no state and is safe for concurrent use. Every error
// of a call is an *Error.
type Connector interface {
	Party
	Reader
	Controller
	Hooks
}

// Authorizer is the OAuth half.
type Authorizer interface {
	// AuthorizeURL is where a person's browser is sent to.
	AuthorizeURL(a Authorization) string
	// Exchange turns the code that came back into a grant. Codes work once.
	Exchange(ctx context.Context, code, verifier, redirectURI string) (Grant, error)
	// Refresh prolongs the grant. The old refresh token may be worth nothing from then on, so the
	// answer must be stored before it is used. Without Info.Refreshes it is ClassAuthRevoked.
	Refresh(ctx context.Context, g Grant) (Grant, error)
	// Revoke ends the grant at the platform; one that has ended already is no error. A platform
	// without such a call does nothing.
	Revoke(ctx context.Context, c Call) error
	// Accounts are the accounts that the grant reaches, in a fixed order: ad accounts, or those that
	// posts can be published on.
	Accounts(ctx context.Context, c Call) ([]Account, error)
}

// Reader is what a sync reads.
type Reader interface {
	// Campaigns reads one page of the account's campaigns, paused ones included; cursor is "" or the
	// Next of the page before.
	Campaigns(ctx context.Context, c Call, cursor string) (CampaignPage, error)
	// Campaign reads one; ClassNotFound when the platform doesn't have it.
	Campaign(ctx context.Context, c Call, id string) (Campaign, error)
	// Metrics reads one page of daily results of the days from and to, both inclusive, at most
	// Info.MaxDays. Days without results have no row.
	Metrics(ctx context.Context, c Call, from, to, cursor string) (MetricsPage, error)
}

// Controller is what moves money. Both calls set an absolute value, so that repeating one is harmless.
type Controller interface {
	SetStatus(ctx context.Context, c Call, id string, s Switch) error
	// SetBudget refuses what the platform can't hold exactly (ClassInvalid) and a budget that other
	// campaigns share. b.Kind must be the one that the campaign has.
	SetBudget(ctx context.Context, c Call, id string, b Budget) error
}

// Hooks is what the platform calls us with. A hint from it only starts a sync early.
type Hooks interface {
	// Challenge answers the platform's check that the address is ours; ok is false for a request that
	// is no such check, or a wrong one.
	Challenge(query url.Values) (body []byte, contentType string, ok bool)
	// VerifyWebhook checks the signature over the raw body, in constant time, and answers the ids of
	// the ad accounts that the delivery names (none: unknown) and an id of the delivery for telling
	// repeats. now is compared with the signed time where the platform signs one.
	VerifyWebhook(body []byte, header http.Header, now time.Time) (Hint, error)
}

// Authorization is one request for a grant.
type Authorization struct {
	State       string
	RedirectURI string
	Challenge   string // S256 of the verifier; "" without PKCE
}

// Grant is what the platform gave us.
type Grant struct {
	Access         secret.Text
	Refresh        secret.Text // empty without one
	ExpiresAt      time.Time   // of Access; zero: never, as far as the platform says
	RefreshExpires time.Time   // of Refresh; zero: unknown or never
	Scopes         []string    // as granted; empty: the platform doesn't say
}

// Call is what a call to the API needs.
type Call struct {
	Token   secret.Text
	Account Account // ID is enough for most calls; amounts need Currency, days TimeZone
	Meter   *Meter  // counts; nil: nobody counts
}

// Account is one ad account, or one that posts are published on: that has neither currency nor zone.
type Account struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	Currency  money.Currency `json:"currency,omitempty"`
	TimeZone  string         `json:"timeZone,omitempty"` // IANA
	Suspended bool           `json:"suspended,omitempty"`
	ManagerID string         `json:"managerId,omitempty"` // Google: the manager account to go through
}

// Status is what a platform campaign is doing, normalised from the wish and the delivery state.
type Status string

const (
	StatusDraft     Status = "draft"
	StatusActive    Status = "active"
	StatusPending   Status = "pending" // wished to run, waiting for review or its start
	StatusPaused    Status = "paused"
	StatusCompleted Status = "completed"
	StatusArchived  Status = "archived"
	StatusDeleted   Status = "deleted"
	StatusError     Status = "error"   // wished to run, can't deliver
	StatusUnknown   Status = "unknown" // a raw value that we don't know: never guessed to run
)

// Runs reports whether the platform means to spend: pausing such a campaign does something.
func (s Status) Runs() bool {
	return s == StatusActive || s == StatusPending || s == StatusError
}

// Switch is what a campaign can be set to.
type Switch string

const (
	On  Switch = "on"
	Off Switch = "off"
)

// Campaign is a campaign as the platform tells it.
type Campaign struct {
	ID           string
	Name         string
	Objective    string // normalised: campaign.Objectives
	RawObjective string
	Status       Status
	RawStatus    string
	Budget       *Budget // nil: none on the campaign itself
	StartDate    string  // YYYY-MM-DD in the account's zone; "" unknown
	EndDate      string
}

// BudgetKind is what a platform's budget limits.
type BudgetKind string

const (
	DailyBudget    BudgetKind = "daily"
	LifetimeBudget BudgetKind = "lifetime"
)

// Budget is a campaign's budget at the platform.
type Budget struct {
	Kind   BudgetKind   `json:"kind"`
	Amount money.Amount `json:"amount"`
	Shared bool         `json:"shared,omitempty"` // with other campaigns: not ours to change
}

// CampaignPage is one page of campaigns. Next is "" on the last one.
type CampaignPage struct {
	Campaigns []Campaign
	Next      string
}

// Day is one day's results of one campaign. Amounts are micros of the account's currency.
type Day struct {
	CampaignID       string
	Date             string // YYYY-MM-DD in the account's zone
	Impressions      int64
	Clicks           int64
	SpendMicros      int64
	ConversionMicros int64  // millionths of a conversion
	RevenueMicros    *int64 // nil: not reported
}

// MetricsPage is one page of results. Next is "" on the last one.
type MetricsPage struct {
	Days []Day
	Next string
}

// Hint is what a verified webhook says.
type Hint struct {
	DeliveryID string   // the platform's, or the hash of the body
	AccountIDs []string // ad accounts it names
	Revoked    bool     // the person took the grant back at the platform
}
