package tiktok

import "bellwether/internal/platform"

// What stands here is assumed: no source that we could read confirms it for the version in use. The
// sandbox builds on the same values, so that a correction is made in one place.

// Fields of an advertiser, as advertiser/info/ tells them.
const (
	CurrencyField = "currency"
	TimeZoneField = "timezone" // IANA
	StatusField   = "status"
)

// Statuses of an advertiser.
const (
	AccountEnabled  = "STATUS_ENABLE"
	AccountDisabled = "STATUS_DISABLE"
)

// closed are the statuses of an advertiser that can't run ads. Others, reviews above all, come and go: the
// calls tell then.
var closed = map[string]bool{AccountDisabled: true, "STATUS_LIMIT": true, "STATUS_CONFIRM_FAIL_END": true}

// infoPage is how many advertisers one call tells of.
const infoPage = 100

// RevokePath is where a token is given back.
const RevokePath = "oauth2/revoke_token/"

// IDsFilter is the filter of a list of campaigns that asks for those with the ids.
const IDsFilter = "campaign_ids"

// Parts of messages, in small letters: what one code says twice.
const (
	ExpiredText   = "expired"        // 40105, 40110: the token is out of date rather than taken back
	SuspendedText = "suspended"      // 40001: the advertiser is closed
	GoneText      = "does not exist" // 40001: the advertiser is gone
	VersionText   = "version"        // 40007: the version of the API is gone rather than the thing
)

// Delivery states of a campaign, other than that it is switched on or off. The full list is in no source.
const (
	DeliveryOn       = "CAMPAIGN_STATUS_ENABLE"
	DeliveryDeleted  = "CAMPAIGN_STATUS_DELETE"
	DeliveryExceeded = "CAMPAIGN_STATUS_BUDGET_EXCEED"
)

// deliveries are what the delivery makes of a campaign that is switched on. With any other one it can't
// deliver: it means to spend, but isn't said to.
var deliveries = map[string]platform.Status{
	"": platform.StatusActive, DeliveryOn: platform.StatusActive, DeliveryDeleted: platform.StatusDeleted,
	"CAMPAIGN_STATUS_AWAITING_REVIEW":  platform.StatusPending,
	"CAMPAIGN_STATUS_ADVERTISER_AUDIT": platform.StatusPending,
	"CAMPAIGN_STATUS_NOT_START":        platform.StatusPending,
	"CAMPAIGN_STATUS_DONE":             platform.StatusCompleted,
}

// SignatureHeader signs deliveries, as TikTok documents it for its other API; so are their fields.
const SignatureHeader = "TikTok-Signature"

// EventRevoked is the event of a person who took the grant back.
const EventRevoked = "authorization.removed"

// AdvertiserField of a delivery names the ad account that it is about.
const AdvertiserField = "advertiser_id"
