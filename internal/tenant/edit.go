package tenant

import (
	"slices"

	"bellwether/internal/money"
)

// OrgEdit holds new values for some of an organisation's settings; nil leaves one as it is.
type OrgEdit struct {
	Name, TimeZone *string
	Thresholds     *[]int
	AutoPause      *bool
	SetLimit       bool // CampaignLimit is to be set; nil takes the limit away
	CampaignLimit  *money.Amount
}

// Edit is the organisation with the new settings, and the names of those that are other than
// before. Validate it next.
func (o Org) Edit(e OrgEdit) (edited Org, changed []string) {
	note := func(name string, differs bool) {
		if differs {
			changed = append(changed, name)
		}
	}
	if e.Name != nil {
		note("name", o.Name != *e.Name)
		o.Name = *e.Name
	}
	if e.TimeZone != nil {
		note("timeZone", o.TimeZone != *e.TimeZone)
		o.TimeZone = *e.TimeZone
	}
	if e.Thresholds != nil {
		note("thresholds", !slices.Equal(o.Thresholds, *e.Thresholds))
		o.Thresholds = slices.Clone(*e.Thresholds)
	}
	if e.AutoPause != nil {
		note("autoPause", o.AutoPause != *e.AutoPause)
		o.AutoPause = *e.AutoPause
	}
	if e.SetLimit {
		note("campaignLimit", !sameAmount(o.CampaignLimit, e.CampaignLimit))
		o.CampaignLimit = e.CampaignLimit
	}
	return o, changed
}

func sameAmount(a, b *money.Amount) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
