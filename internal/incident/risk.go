package incident

import (
	"slices"
	"strings"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/money"
	"bellwether/internal/platform"
)

// Running budget that nobody sees or holds is what makes an incident urgent. Its measure is what the
// campaigns concerned last spent in an hour: on the last two days of which there are results.

// RiskDays are the first and the last day whose rows Burn takes; ok is false for a campaign without results.
func RiskDays(c campaign.Campaign) (from, to string, ok bool) {
	if c.AsOf.IsZero() {
		return "", "", false
	}
	to = budget.Today(c.AsOf, c.Zone())
	return budget.AddDays(to, -1), to, true
}

// AtAccount reports whether the incident is of an account, whose campaigns run on unseen, and of which.
func (i Incident) AtAccount() (integrationID string, ok bool) {
	if i.Kind != KindAccess && i.Kind != KindSync && i.Kind != KindStale {
		return "", false
	}
	return strings.CutPrefix(i.Subject, "integration/")
}

// AtCampaign reports whether the incident is of a campaign that a platform does not pause, and of which.
func (i Incident) AtCampaign() (campaignID string, ok bool) {
	if i.Kind != KindPause {
		return "", false
	}
	return strings.CutPrefix(i.Subject, "campaign/")
}

// Unseen is what an hour of the campaign costs at the account, as long as it runs there. Where the account is
// lost, it stands still here only: there it goes on as it was last seen.
func Unseen(c campaign.Campaign, rows []campaign.Row, integrationID string) (money.Amount, error) {
	return burn(c, rows, func(p campaign.Placement) bool {
		if p.IntegrationID != integrationID || p.Held {
			return false
		}
		if p.Lost {
			known := p.Remote.Status != "" && p.Remote.Status != platform.StatusUnknown
			return c.Lifecycle == campaign.Active && !p.Remote.Gone && (!known || p.Remote.Status.Runs())
		}
		return c.Status() == campaign.Active
	})
}

// Unheld is what an hour of the campaign costs where it is not paused though it should be.
func Unheld(c campaign.Campaign, rows []campaign.Row) (money.Amount, error) {
	return burn(c, rows, func(p campaign.Placement) bool { return refusesPause(c, p) })
}

// burn is the spend of the rows in an hour, of the placements concerned. The time runs from the first day
// that has one, a day may be far from over.
func burn(c campaign.Campaign, rows []campaign.Row, concerned func(campaign.Placement) bool) (money.Amount, error) {
	sum, first, asOf := money.Of(0, c.Currency), "", time.Time{}
	for _, row := range rows {
		if !slices.ContainsFunc(c.Placements, func(p campaign.Placement) bool { return p.ID == row.PlacementID && concerned(p) }) {
			continue
		}
		var err error
		if sum, err = sum.Add(money.Of(row.SpendMicros, c.Currency)); err != nil {
			return sum, err
		}
		if first == "" || row.Date < first {
			first = row.Date
		}
		asOf = later(asOf, row.AsOf)
	}
	begin, err := time.ParseInLocation(time.DateOnly, first, c.Zone())
	if err != nil { // no rows
		return sum, nil
	}
	took := min(max(asOf.Sub(begin), time.Hour), 48*time.Hour)
	sum.Micros, err = money.MulDiv(sum.Micros, int64(time.Hour/time.Second), int64(took/time.Second))
	return sum, err
}
