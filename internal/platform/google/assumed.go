package google

import (
	"net/url"

	"bellwether/internal/platform"
)

// What stands here is assumed: no source that we could read confirms it for the version in use. The
// sandbox builds on the same values, so that a correction is made in one place.

// Statuses of a customer. The others mean that the account can't run ads.
const (
	CustomerEnabled   = "ENABLED"
	CustomerSuspended = "SUSPENDED"
)

// closed are the statuses that mean that Google, or the owner, closed the account.
var closed = map[string]bool{CustomerSuspended: true, "CANCELED": true, "CLOSED": true}

// ClosedCode is the authorizationError of a call to an account that was closed. Google's list has it as
// a matter of permission; what it says is that the account is not enabled yet or was deactivated.
const ClosedCode = "CUSTOMER_NOT_ENABLED"

// Periods of a budget. With CustomPeriod the amount is total_amount_micros, for the whole flight.
const (
	DailyPeriod  = "DAILY"
	CustomPeriod = "CUSTOM_PERIOD"
)

// NoEnd is the end date of a campaign that was given none.
const NoEnd = "2037-12-30"

// lostPath is how the status 404 without a body in Google's shape is read: the path is gone, and with
// it the version. A thing that is gone is told in a body.
const lostPath = platform.ClassSunset

// clientsQuery lists the accounts below a manager, which listAccessibleCustomers leaves out.
const clientsQuery = "SELECT customer_client.id, customer_client.descriptive_name, customer_client.currency_code, " +
	"customer_client.time_zone, customer_client.status, customer_client.manager FROM customer_client"

// revokeURL is where a token is given back: beside the token endpoint.
func revokeURL(tokenURL string) string {
	u, err := url.Parse(tokenURL)
	if err != nil { // New has parsed it before
		return tokenURL
	}
	return u.JoinPath("..", "revoke").String()
}
