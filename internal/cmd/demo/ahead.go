package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"

	"bellwether/internal/api"
)

// The demonstration's rule only watches: it would pause what has cost more than 15 USD a conversion over seven
// days. foreseeOn is when the month is looked ahead at, in the evening.
const (
	watchedRule = `{"name":"Pause dear conversions","currency":"USD","when":{"metric":"cpa","days":7,"op":"above","value":"15"},"action":{"kind":"pause"}}`
	foreseeOn   = "2023-08-20"
	lastDay     = "2023-08-31"
)

// watch makes the rule.
func (s *story) watch() error {
	var made api.Automation
	answer, err := s.client.do("POST", "/v1/automations", "application/json", []byte(watchedRule))
	if err == nil {
		err = json.Unmarshal(answer, &made)
	}
	s.rule = made.Id
	return err
}

// foresee keeps the forecasts as they stand.
func (s *story) foresee() error {
	for _, p := range s.plans {
		var f api.Forecast
		if err := s.client.get("/v1/campaigns/"+p.id+"/forecast", &f); err != nil {
			return err
		}
		s.forecasts = append(s.forecasts, f)
	}
	return nil
}

// ahead prints what was foreseen on 20 August, what the rule would have done, and what is recommended, each
// beside the file.
func (s *story) ahead() ([]figure, error) {
	fmt.Fprintln(s.out, "\nAhead of it")
	var all []figure
	for i, p := range s.plans {
		f := s.forecasts[i]
		daily, err := dailyOf(s.truth, p.name)
		if err != nil {
			return nil, err
		}
		foreseen, month := daily.foreseen()
		when := "it will do"
		if f.ExhaustsAt != nil {
			when = "spent on " + f.ExhaustsAt.Format("02 Jan 15:04")
		}
		fmt.Fprintf(s.out, "\n  Campaign %s on 20 August: probably %s to %s USD by the month's end; of a budget of %s: %s. It came to %s.\n",
			p.name, cents(f.P10), cents(f.P90), p.budget, when, usd(month))
		all = append(all, s.show([]figure{
			{"forecast USD", cents(f.P50), usd(foreseen)},
			{"linear USD", cents(f.Linear), usd(foreseen)},
		})...)
	}
	shadow, err := s.shadow()
	if err != nil {
		return nil, err
	}
	recommended, err := s.recommended()
	return append(append(all, shadow...), recommended...), err
}

// show prints figures beside what the file says.
func (s *story) show(figures []figure) []figure {
	for _, f := range figures {
		mark := ""
		if f.got != f.want {
			mark = "  DIFFERS"
		}
		fmt.Fprintf(s.out, "    %-20s %20s %20s%s\n", f.name, f.got, f.want, mark)
	}
	return figures
}

// shadow is what the rule would have paused, and what that would have saved and cost.
func (s *story) shadow() ([]figure, error) {
	var report api.ShadowReport
	if err := s.client.get("/v1/automations/"+s.rule+"/shadow-report", &report); err != nil {
		return nil, err
	}
	var all []figure
	fmt.Fprintf(s.out, "\n  The rule %q in shadow\n", report.RuleName)
	paused := 0
	for _, p := range s.plans {
		daily, err := dailyOf(s.truth, p.name)
		if err != nil {
			return nil, err
		}
		day, after := daily.dear()
		want, got := "never", "never"
		var line *api.ShadowReportLine
		for i := range report.Items {
			if report.Items[i].CampaignId == p.id {
				line = &report.Items[i]
				got = line.At.Format(time.DateOnly)
			}
		}
		if day != "" {
			want = day
			paused++
		}
		figures := []figure{{p.name + " paused on", got, want}}
		if line != nil {
			figures = append(figures, figure{"spend avoided USD", cents2(line.SpendAvoided), usd(after.spend)}, figure{"conversions forgone", line.ConversionsForgone, after.conversions.FloatString(0)})
		}
		all = append(all, s.show(figures)...)
	}
	all = append(all, s.show([]figure{{"campaigns", fmt.Sprint(report.Campaigns), fmt.Sprint(paused)}})...)
	var page api.DecisionPage
	if err := s.client.get("/v1/decisions?subject=campaign/"+s.plans[0].id+"&limit=1", &page); err != nil {
		return nil, err
	}
	if len(page.Items) > 0 {
		d := page.Items[0].Decisions[0]
		fmt.Fprintf(s.out, "    Why not campaign %s? %s", s.plans[0].name, d.Outcome)
		for _, k := range d.Checks {
			fmt.Fprintf(s.out, "; %s from %s to %s: %s %s", k.Metric, k.From, k.To, k.Truth, api.Value(k.Why))
		}
		fmt.Fprintln(s.out)
	}
	return all, nil
}

// recommended prints what a person might do, with the sums that it rests on beside the file.
func (s *story) recommended() (all []figure, err error) {
	var page api.RecommendationPage
	if err := s.client.get("/v1/recommendations?limit=100", &page); err != nil {
		return nil, err
	}
	fmt.Fprintf(s.out, "\n  Recommended now: %d\n", len(page.Items))
	for _, r := range page.Items {
		fmt.Fprintf(s.out, "\n    %s: %s, %s confidence, of %s to %s\n", r.CampaignName, r.Kind, r.Confidence, r.From, r.To)
		daily, err := dailyOf(s.truth, strings.TrimPrefix(r.CampaignName, "Campaign "))
		if err != nil {
			return nil, err
		}
		sums, figures := daily.span(r.From, r.To), []figure(nil)
		for _, e := range r.Evidence {
			switch e.Name {
			case "spend":
				figures = append(figures, figure{"spend USD", cents2(e.Value), usd(sums.spend)})
			case "impressions":
				figures = append(figures, figure{"impressions", e.Value, sums.impressions.FloatString(0)})
			case "clicks":
				figures = append(figures, figure{"clicks", e.Value, sums.clicks.FloatString(0)})
			}
		}
		all = append(all, s.show(figures)...)
	}
	return all, nil
}

func cents(m *api.Money) string {
	if m == nil {
		return "none"
	}
	return usd(new(big.Rat).SetFrac64(m.Micros, 1_000_000))
}

func cents2(text string) string {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return text
	}
	return usd(r)
}

func usd(r *big.Rat) string { return r.FloatString(2) }

// daily is what a campaign brought on each day of August 2023, straight from the file.
type daily struct {
	days  map[string]brought
	first string
}

type brought struct{ spend, conversions, impressions, clicks *big.Rat }

func none() brought { return brought{new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat)} }

func (b brought) plus(o brought) brought {
	add := func(x, y *big.Rat) *big.Rat { return new(big.Rat).Add(x, y) }
	return brought{add(b.spend, o.spend), add(b.conversions, o.conversions), add(b.impressions, o.impressions), add(b.clicks, o.clicks)}
}

func dailyOf(file []byte, campaign string) (daily, error) {
	d := daily{days: map[string]brought{}}
	records, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		return d, err
	}
	for _, r := range records[1:] {
		if r[colCampaign] != campaign {
			continue
		}
		at, err := time.Parse("02-01-2006", r[colDate])
		spend, ok := new(big.Rat).SetString(r[colSpent])
		conversions, fine := new(big.Rat).SetString(r[colConversions])
		impressions, seen := new(big.Rat).SetString(r[colImpressions])
		clicks, clicked := new(big.Rat).SetString(r[colClicks])
		if err != nil || !ok || !fine || !seen || !clicked {
			return d, fmt.Errorf("a line of %s can't be read", r[colDate])
		}
		spend.SetFrac(halfEven(spend.Mul(spend, big.NewRat(1_000_000, 1))), big.NewInt(1_000_000))
		day := at.Format(time.DateOnly)
		if d.first == "" || day < d.first {
			d.first = day
		}
		if _, there := d.days[day]; !there {
			d.days[day] = none()
		}
		d.days[day] = d.days[day].plus(brought{spend, conversions, impressions, clicks})
	}
	return d, nil
}

// span adds up the days from first to last, both inclusive.
func (d daily) span(first, last string) brought {
	sum := none()
	for day := first; day <= last; day = dayAfter(day, 1) {
		if b, ok := d.days[day]; ok {
			sum = sum.plus(b)
		}
	}
	return sum
}

func dayAfter(day string, n int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, n).Format(time.DateOnly)
}

// foreseen is the month's spend as it could be foreseen on 20 August at 22:00, after 478 of its 744 hours: in
// proportion to time, for three weeks are too few to tell weekdays apart; and what it came to.
func (d daily) foreseen() (foreseen, month *big.Rat) {
	spent := d.span("2023-08-01", foreseeOn).spend
	return new(big.Rat).Mul(spent, big.NewRat(744, 478)), d.span("2023-08-01", lastDay).spend
}

// shown is the part of its conversions that a day is assumed to show one, two ... days later.
var shown = []*big.Rat{nil, big.NewRat(75, 100), big.NewRat(85, 100), big.NewRat(90, 100), big.NewRat(94, 100), big.NewRat(97, 100), big.NewRat(99, 100), big.NewRat(1, 1)}

// dear is the first day on whose evening the seven days before had cost more than 15 a conversion, with what is
// still to be attributed added; and what came on the days after it. "" for no such day.
func (d daily) dear() (day string, after brought) {
	for day := dayAfter(d.first, 1); day <= lastDay; day = dayAfter(day, 1) {
		if _, ok := d.days[day]; !ok {
			continue // nothing came that evening, so nobody looked
		}
		week := d.span(dayAfter(day, -7), dayAfter(day, -1))
		conversions := new(big.Rat)
		for age := 1; age <= 7; age++ {
			if b, ok := d.days[dayAfter(day, -age)]; ok {
				conversions.Add(conversions, new(big.Rat).Quo(b.conversions, shown[age]))
			}
		}
		if week.spend.Cmp(big.NewRat(100, 1)) < 0 || week.conversions.Cmp(big.NewRat(10, 1)) < 0 {
			continue
		}
		if new(big.Rat).Quo(week.spend, conversions).Cmp(big.NewRat(15, 1)) > 0 {
			return day, d.span(dayAfter(day, 1), lastDay)
		}
	}
	return "", none()
}
