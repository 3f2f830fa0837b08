package tiktok

import "bellwether/internal/platform"

// What no source at hand establishes is assumed here, and nowhere else; the sandbox assumes the same.

const (
	// SignatureHeader signs deliveries of the advertising API as TikTok documents it for its other one.
	SignatureHeader = "TikTok-Signature"
	// AccountEnabled is the status of an advertiser that is open; every other one is closed to us.
	AccountEnabled = "STATUS_ENABLE"
	// ExpiredText stands in the message of 40105 when the token is out of date rather than gone.
	ExpiredText = "expired"
	// SuspendedText stands in the message of 40001 when the advertiser is closed.
	SuspendedText = "suspended"
)

// secondary are the delivery states that change what a switched-on campaign does. The full list is in no
// source: an unknown one leaves the campaign running as far as its switch says.
var secondary = map[string]platform.Status{
	"CAMPAIGN_STATUS_DELETE":          platform.StatusDeleted,
	"CAMPAIGN_STATUS_BUDGET_EXCEED":   platform.StatusActive, // it goes on with the next day
	"CAMPAIGN_STATUS_NOT_DELIVERY":    platform.StatusError,
	"CAMPAIGN_STATUS_AWAITING_REVIEW": platform.StatusPending,
	"CAMPAIGN_STATUS_DONE":            platform.StatusCompleted,
}
