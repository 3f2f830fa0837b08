package automation

import (
	"slices"

	"bellwether/internal/event"
)

// Trip takes the rule back to telling, and tells so. One that was saved since it was judged stays, for
// somebody has looked at it; so does one that is back already.
func (b Book) Trip(judged Rule, why, campaignID string, cause event.Cause) (Book, []event.Raw, error) {
	i := slices.IndexFunc(b.Rules, func(r Rule) bool { return r.ID == judged.ID })
	if i < 0 || b.Rules[i].Version != judged.Version || b.Rules[i].Tripped != nil {
		return b, nil, nil
	}
	b.Rules = slices.Clone(b.Rules)
	r := &b.Rules[i]
	r.Tripped = &Trip{At: cause.At.UTC(), Why: why}
	r.Version++
	b.Version++
	raw, err := event.New(cause, b.OrgID, r.Subject(), r.Version, 0, event.RuleTripped{
		RuleID: r.ID, RuleName: r.Name, Why: why, CampaignID: campaignID,
	})
	return b, []event.Raw{raw}, err
}

// Subject is the rule's name in events and in the audit trail.
func (r Rule) Subject() string { return "rule/" + r.ID }
