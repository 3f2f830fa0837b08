package tenant

import (
	"bellwether/internal/money"
	"bellwether/internal/notification"
)

// Roster is what decides whom to tell in an organisation and how, and what may be done by itself.
type Roster struct {
	Members       []string      // ids of all members, sorted
	Admins        []string      // of the owners and admins, sorted
	AutoPause     bool          // pause a campaign whose budget is spent
	CampaignLimit *money.Amount // the most that one campaign's budget should be; nil: no limit
	Notify        notification.Directory
}
