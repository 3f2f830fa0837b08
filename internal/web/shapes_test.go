package web

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/event"
	"bellwether/internal/money"
)

// A chain is drawn with every event behind its cause, also where causes are missing or go round in a circle.
func TestChained(t *testing.T) {
	at := func(id, cause string, second int) api.LoggedEvent {
		return api.LoggedEvent{Meta: event.Meta{ID: id, CausationID: cause, OccurredAt: testNow.Add(time.Duration(second) * time.Second)}}
	}
	for name, c := range map[string]struct {
		given []api.LoggedEvent
		want  string
	}{
		"a tree":        {[]api.LoggedEvent{at("a", "request", 0), at("b", "a", 1), at("c", "a", 2), at("d", "b", 3)}, "a b d c"},
		"two roots":     {[]api.LoggedEvent{at("a", "x", 0), at("b", "y", 1), at("c", "a", 2)}, "a c b"},
		"its own cause": {[]api.LoggedEvent{at("a", "a", 0), at("b", "a", 1)}, "a b"},
		"a circle":      {[]api.LoggedEvent{at("a", "b", 0), at("b", "a", 1), at("c", "x", 2)}, "c a b"},
		"nothing":       {nil, ""},
	} {
		var ids []string
		for _, e := range chained(c.given) {
			ids = append(ids, e.Meta.ID)
		}
		if got := strings.Join(ids, " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// A month begins on a Monday and ends on a Sunday, over changes of the clock too.
func TestCalendarSpans(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string][2]string{
		"on=2026-11-23":           {"2026-10-26", "2026-12-06"},
		"on=2026-03-29":           {"2026-02-23", "2026-04-05"}, // the night that has an hour less
		"on=2027-02-01":           {"2027-02-01", "2027-02-28"}, // four weeks, exactly
		"on=2026-11-29&view=week": {"2026-11-23", "2026-11-29"},
		"on=2026-11-23&view=week": {"2026-11-23", "2026-11-29"},
		"on=nonsense":             {"2026-10-26", "2026-12-06"},
		"on=9999-01-01":           {"2026-10-26", "2026-12-06"},
	} {
		p := &page{r: httptest.NewRequest("GET", "/app/calendar?"+query, nil), zone: berlin, now: testNow}
		v := p.calendarView()
		if got := [2]string{v.first.Format(time.DateOnly), v.last.Format(time.DateOnly)}; got != want {
			t.Errorf("%s shows %v, want %v", query, got, want)
		}
	}
}

// What a bar shows is where it should be: of 1,000 units, 80 % of the budget stand at 640 where the bar ends at 125 %.
func TestBar(t *testing.T) {
	p := &page{lang: "en"}
	usd := func(n int64) api.Money { return money.Of(n*money.Micro, "USD") }
	text := rendered(p.bar(usd(620), usd(1000), "62.00", nil))
	for _, want := range []string{
		`class="spent room" x="0" y="5" width="496"`, `class="mark m80" x1="640"`, `class="mark m90" x1="720"`,
		`class="mark m100" x1="800"`, `aria-label="62.00 % of 1,000.00 USD spent"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	low, mid, high := usd(900), usd(1000), usd(1230)
	text = rendered(p.bar(usd(2000), usd(1000), "200.00", &api.Forecast{P10: &low, P50: &mid, P90: &high}))
	if !strings.Contains(text, `class="spent full"`) || !strings.Contains(text, `class="fan"`) || !strings.Contains(text, "forecast 900.00 USD to 1,230.00 USD, middle 1,000.00 USD") {
		t.Errorf("spent twice over: %s", text)
	}
}

// The chart's line ends at what was spent, and its budget lies where it is.
func TestChart(t *testing.T) {
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	c := course{start: start, end: start.AddDate(0, 0, 10), days: []float64{10, 30}, budget: 100, thresholds: []int{100}, p10: 80, p50: 90, p90: 120}
	if got := c.y(0); got != chartBottom {
		t.Errorf("nothing is at %g", got)
	}
	if got := c.y(c.most()); got != chartTop {
		t.Errorf("the most is at %g", got)
	}
	if c.x(0) != chartLeft || c.x(10) != chartRight || c.x(5) != (chartLeft+chartRight)/2 || c.x(99) != chartRight || c.x(-1) != chartLeft {
		t.Errorf("days are at %g, %g, %g", c.x(0), c.x(5), c.x(10))
	}
	if c.most() < c.p90 {
		t.Error("the forecast is cut off")
	}
	text := rendered((&page{lang: "en"}).chart(c))
	end := point(c.x(2), c.y(30))
	if !strings.Contains(text, end+`"`) || strings.Count(text, end) < 2 {
		t.Errorf("the spend does not end at %s, or the fan does not begin there: %s", end, text)
	}
}

// A period that began before the chart does has spent something already, and its even pace is not at nothing.
func TestLongPeriods(t *testing.T) {
	start, end := "2026-06-01", "2026-12-28" // 210 days
	v := campaignView{zone: time.UTC, days: &api.Analytics{From: "2026-08-24", To: "2026-11-23", Items: []api.AnalyticsItem{
		{Key: "2026-08-24", Results: api.Results{Spend: money.Of(30*money.Micro, "USD")}}, {Key: "2026-11-23", Results: api.Results{Spend: money.Of(20*money.Micro, "USD")}},
	}}}
	v.c = api.Campaign{Currency: "USD", PeriodTotals: api.Results{Spend: money.Of(450*money.Micro, "USD")},
		Budget: &api.CampaignBudget{Amount: money.Of(1000*money.Micro, "USD"), Thresholds: []int{80, 90, 100}, PeriodStart: &start, PeriodEnd: &end}}
	p := &page{lang: "en", now: testNow}
	c := v.course(p)
	if c.before != 400 || c.days[0] != 430 || c.days[len(c.days)-1] != 450 || len(c.days) != 92 {
		t.Errorf("400 before, then 430 to 450: %g, %v", c.before, c.days)
	}
	// 24 August is 84 of 210 days on: 40 % of the period, with 0.25-0.24*0.4 to both sides.
	if band, want := rendered(p.paceBand(c)), point(c.x(0), c.y(1000*0.4*(1+0.25-0.24*0.4))); !strings.Contains(band, `points="`+want) {
		t.Errorf("the band begins not at %s: %.120s", want, band)
	}
	v.c.Budget.PeriodStart, v.c.Budget.PeriodEnd = nil, nil
	if band := rendered(p.paceBand(v.course(p))); band != "" {
		t.Errorf("a budget without an end has an even pace: %s", band)
	}
}

func TestTones(t *testing.T) {
	for state, want := range map[string]string{
		"active": "good", "act": "good", "paused": "wait", "failed": "bad", "unknown": "plain", "": "plain", "publish": "plain",
	} {
		if got := tone(state); got != want {
			t.Errorf("%q feels %s, want %s", state, got, want)
		}
	}
}
