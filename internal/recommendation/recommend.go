package recommendation

import (
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/automation"
	"bellwether/internal/budget"
	"bellwether/internal/campaign"
)

const (
	million  = 1_000_000
	weekDays = 7
	// settling is how many of the newest days are left out where conversions are judged: they are
	// attributed to clicks for days after.
	settling = 3
	// baseDays is how many days before the window a placement is held against.
	baseDays = 28

	minDays = 4 // with results, of a window

	// Reach is how many days before today Recommend looks at.
	Reach = weekDays + settling + baseDays
)

// Input is what recommendations are made of.
type Input struct {
	Campaign campaign.Campaign
	Rows     []campaign.Row // of the Reach days before today, and of today
	AsOf     time.Time      // as of when all results are known
	FreshFor time.Duration  // how old they may be
	Now      time.Time
}

// Recommend finds what there is to recommend, at most one of a kind, in a fixed order. There is nothing
// for a campaign that does not run, on results that are stale or lack the end of yesterday, nor on too
// little data. All but the pace is of the last 7 complete days, by placement; where conversions count,
// of the 7 before the newest 3.
func Recommend(in Input) ([]Recommendation, error) {
	l, err := newLook(in)
	if err != nil || !l.sound() {
		return nil, err
	}
	tired, fatigued := l.fatigue()
	var all []Recommendation
	for _, found := range []*finding{
		l.gauged(lowCTR, tired), l.gauged(highCPC, nil), l.gauged(lowCVR, nil), fatigued, l.pace(), l.shift(),
	} {
		if found != nil {
			all = append(all, l.complete(*found))
		}
	}
	return all, nil
}

// finding is a recommendation before it has a name and a time.
type finding struct {
	kind       Kind
	placements []string
	span       span
	evidence   []Figure
	effect     Effect
	confidence Confidence
}

// span is the days from first to last, both inclusive.
type span struct{ first, last string }

func (s span) before(days int) span {
	return span{budget.AddDays(s.first, -days), budget.AddDays(s.first, -1)}
}

// look is one look at a campaign.
type look struct {
	Input
	zone     *time.Location
	today    string
	midnight time.Time // when today began
	minSpend int64
	days     map[string]map[string]analytics.Results // by placement and day
}

func newLook(in Input) (look, error) {
	c := in.Campaign
	l := look{Input: in, zone: c.Zone(), minSpend: automation.MinSpend(c.Currency), days: map[string]map[string]analytics.Results{}}
	l.today = budget.Today(in.Now, l.zone)
	l.midnight, _ = budget.Window{Start: l.today}.Bounds(l.zone)
	for _, row := range in.Rows {
		r, err := row.Sums().Results(c.ValuePer)
		if err != nil {
			return l, err
		}
		if l.days[row.PlacementID] == nil {
			l.days[row.PlacementID] = map[string]analytics.Results{}
		}
		l.days[row.PlacementID][row.Date] = r
	}
	return l, nil
}

// sound reports whether there is anything to go by.
func (l look) sound() bool {
	return l.Campaign.Status() == campaign.Active && !l.AsOf.Before(l.midnight) && l.Now.Sub(l.AsOf) <= l.FreshFor
}

// week is the last 7 complete days, skipping the newest ones.
func (l look) week(skip int) span {
	last := budget.AddDays(l.today, -1-skip)
	return span{budget.AddDays(last, 1-weekDays), last}
}

// sum adds up a placement's days; n is how many of them have results.
func (l look) sum(placementID string, s span) (r analytics.Results, n int) {
	for day := s.first; day <= s.last; day = budget.AddDays(day, 1) {
		if d, ok := l.days[placementID][day]; ok {
			r, n = r.Plus(d), n+1
		}
	}
	return r, n
}

// placements are those that somebody could do something about.
func (l look) placements() []campaign.Placement {
	var list []campaign.Placement
	for _, p := range l.Campaign.Placements {
		if !p.Held && !p.Lost && !p.Remote.Gone {
			list = append(list, p)
		}
	}
	return list
}

func (l look) complete(f finding) Recommendation {
	c, week, now := l.Campaign, weekOf(l.Now, l.zone), l.Now.UTC()
	return Recommendation{
		ID: ID(c.OrgID, c.ID, f.kind, week), OrgID: c.OrgID, Kind: f.kind, CampaignID: c.ID, CampaignName: c.Name,
		PlacementIDs: f.placements, Week: week, From: f.span.first, To: f.span.last, Currency: c.Currency,
		Evidence: f.evidence, Effect: f.effect, Confidence: f.confidence, State: Open,
		CreatedAt: now, UpdatedAt: now, ExpiresAt: now.Add(TTL),
	}
}

// confidence grows with how many times the least amount of data there is.
func confidence(amount, least int64) Confidence {
	switch {
	case amount >= 10*least:
		return High
	case amount >= 3*least:
		return Medium
	default:
		return Low
	}
}
