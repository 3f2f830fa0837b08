package sim

import (
	"fmt"
	"slices"

	"bellwether/internal/campaign"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
	"bellwether/internal/store"
)

// CheckSync holds a quiet account against its platform: every day's results of every campaign that was
// read are stored as the platform says, no refresh token was used twice, and nobody holds the lease.
func (w *World) CheckSync(orgID, integrationID string) error {
	accounts := store.Integrations{Table: w.Table}
	i, err := accounts.Get(noFaults(), orgID, integrationID)
	if err != nil {
		return err
	}
	for token, n := range w.Sandbox.World().Refreshes() {
		if n > 1 {
			return fmt.Errorf("a refresh token of %d characters was used %d times", len(token), n)
		}
	}
	course, err := accounts.Sync(noFaults(), orgID, integrationID)
	if err != nil {
		return err
	}
	if course.Holder != "" || course.Run != nil {
		return fmt.Errorf("the sync of %s rests at %+v", integrationID, course)
	}
	if i.Status != integration.Connected {
		if !course.NextAt.IsZero() {
			return fmt.Errorf("%s is %s and still on the schedule", integrationID, i.Status)
		}
		_, err := store.Grants{Table: w.Table}.Grant(noFaults(), orgID, integrationID)
		if i.Status == integration.Disconnected && err == nil {
			return fmt.Errorf("%s is disconnected and its grant still there", integrationID)
		}
		return nil
	}
	for _, c := range w.Sandbox.World().Campaigns(i.Platform, i.Account.ID) {
		if err := w.checkCampaign(i, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// checkCampaign compares the days that syncs look back to, and what the campaign wants with what its
// platform does.
func (w *World) checkCampaign(i integration.Integration, externalID string) error {
	c, err := w.Campaign(i.OrgID, campaign.DiscoveredID(i.OrgID, i.ID, externalID))
	if err != nil {
		return fmt.Errorf("campaign %s: %w", externalID, err)
	}
	today := w.Clock.now.UTC()
	from, to := today.AddDate(0, 0, -integration.LookBack+1).Format("2006-01-02"), today.AddDate(0, 0, 1).Format("2006-01-02")
	rows, err := store.Campaigns{Table: w.Table}.Rows(noFaults(), c.OrgID, c.ID, from, to)
	if err != nil {
		return err
	}
	truth := w.Sandbox.World().Results(i.Platform, externalID, from, to)
	for _, day := range truth {
		n := slices.IndexFunc(rows, func(r campaign.Row) bool { return r.Date == day.Date })
		if n < 0 || rows[n].SpendMicros != day.SpendMicros || rows[n].Impressions != day.Impressions || rows[n].Clicks != day.Clicks {
			return fmt.Errorf("campaign %s on %s: %d rows are stored, the platform says %+v", externalID, day.Date, len(rows), day)
		}
	}
	if len(rows) > len(truth) {
		return fmt.Errorf("campaign %s: %d days are stored, the platform has %d", externalID, len(rows), len(truth))
	}
	p := c.Placements[0]
	there, _ := w.Sandbox.World().Campaign(i.Platform, externalID)
	want, ok := c.Wants(p)
	if ok && (there.Status == "ACTIVE") != (want == platform.On) {
		return fmt.Errorf("campaign %s is %s, wants %s, and is %s at its platform", externalID, c.Status(), want, there.Status)
	}
	return nil
}
