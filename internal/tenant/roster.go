package tenant

import (
	"cmp"

	"bellwether/internal/money"
)

// Roster is what decides whom to tell in an organisation, and what may be done by itself.
type Roster struct {
	Members       []string      // ids of all members, sorted
	Admins        []string      // of the owners and admins, sorted
	AutoPause     bool          // pause a campaign whose budget is spent
	CampaignLimit *money.Amount // the most that one campaign's budget should be; nil: no limit

	Languages map[string]string // of people who chose one: user id to "en" or "ar"
	Language  string            // the organisation's; "" for none chosen
}

// LanguageOf is the language in which the person is told: theirs, or else the organisation's, or else
// English.
func (r Roster) LanguageOf(userID string) string {
	return cmp.Or(r.Languages[userID], r.OrgLanguage())
}

// OrgLanguage is the language of what is kept for the whole organisation.
func (r Roster) OrgLanguage() string { return cmp.Or(r.Language, "en") }
