package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/url"
	"os"
	"strings"

	"bellwether/internal/api"
	"bellwether/internal/event"
)

// timeline prints the events that matter, and what was sent.
func (s *story) timeline() error {
	fmt.Fprintln(s.out, "What happened (August 2023, UTC)")
	counts := map[string]int{}
	for _, p := range s.plans {
		events, err := s.events("campaign/" + p.id)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "\n  Campaign %s, budget %s USD\n", p.name, p.budget)
		for _, e := range events {
			counts[e.Meta.Type]++
			if line := describe(e); line != "" {
				fmt.Fprintf(s.out, "    %s  %-23s %s\n", e.Meta.OccurredAt.Format("02 Jan 15:04"), e.Meta.Type, line)
			}
		}
	}
	state, err := s.system.State()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "\n  %d results in, %d alerts, %d messages sent, %d dead letters, %d parked\n",
		counts["CampaignMetricsUpdated"], counts["BudgetThresholdReached"], len(state.Sent), len(state.DeadLetters), len(state.Parked))
	if len(state.DeadLetters)+len(state.Parked) > 0 {
		return errors.New("something could not be handled")
	}
	return nil
}

// events are all events of a subject, in order of time.
func (s *story) events(subject string) ([]api.LoggedEvent, error) {
	var all []api.LoggedEvent
	for _, month := range [][2]string{{"2023-08-01T00:00:00Z", "2023-08-31T00:00:00Z"}, {"2023-08-31T00:00:00Z", "2023-09-02T00:00:00Z"}} {
		q := url.Values{"subject": {subject}, "from": {month[0]}, "to": {month[1]}, "limit": {"100"}}
		var part []api.LoggedEvent
		for {
			var page api.EventPage
			if err := s.client.get("/v1/events?"+q.Encode(), &page); err != nil {
				return nil, err
			}
			part = append(part, page.Items...)
			if page.Next == nil {
				break
			}
			q.Set("cursor", *page.Next)
		}
		for i := len(part) - 1; i >= 0; i-- { // the log answers the newest first
			all = append(all, part[i])
		}
	}
	return all, nil
}

func describe(e api.LoggedEvent) string {
	switch e.Meta.Type {
	case "BudgetThresholdReached":
		var d event.BudgetThresholdReached
		if json.Unmarshal(e.Data, &d) != nil {
			return "?"
		}
		also := ""
		if len(d.AlsoCrossed) > 0 {
			also = fmt.Sprintf(", also crossed %v", d.AlsoCrossed)
		}
		return fmt.Sprintf("%d %%: %s %% used%s", d.Threshold, d.PercentUsed, also)
	case "CampaignStatusChanged":
		var d event.CampaignStatusChanged
		if json.Unmarshal(e.Data, &d) != nil {
			return "?"
		}
		return fmt.Sprintf("%s -> %s (%s)", d.Previous, d.Current, d.Reason)
	case "BudgetForecastReached":
		var d event.BudgetForecastReached
		if json.Unmarshal(e.Data, &d) != nil {
			return "?"
		}
		return fmt.Sprintf("%d %% by the period's end, spent on %s", d.Threshold, d.ExhaustsAt.Format("02 Jan 15:04"))
	case "CampaignCreated":
		return "it runs"
	}
	return ""
}

// figure is one figure of the end, as Bellwether has it and as the file says.
type figure struct{ name, got, want string }

// compare prints the end beside the file's own figures.
func (s *story) compare() error {
	fmt.Fprintln(s.out, "\nThe end, beside the same figures computed straight from the file")
	wrong := 0
	for _, p := range s.plans {
		figures, err := s.figures(p)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "\n  Campaign %-14s %20s %20s\n", p.name, "Bellwether", "file")
		wrong += differing(s.show(figures))
	}
	figures, err := s.ahead()
	if err != nil {
		return err
	}
	wrong += differing(figures)
	if wrong > 0 {
		return fmt.Errorf("%d figures differ", wrong)
	}
	fmt.Fprintln(s.out, "\nAll figures agree.")
	return nil
}

func differing(figures []figure) (n int) {
	for _, f := range figures {
		if f.got != f.want {
			n++
		}
	}
	return n
}

func (s *story) figures(p plan) ([]figure, error) {
	t, err := truthOf(s.truth, p.name)
	if err != nil {
		return nil, err
	}
	var perf api.Performance
	if err := s.client.get("/v1/campaigns/"+p.id+"/performance", &perf); err != nil {
		return nil, err
	}
	r, k := perf.Lifetime.Results, perf.Lifetime.Kpis
	revenue := big.NewInt((t.conversions*perConversion + t.approved*perApproved) * 1_000_000)
	profit := new(big.Int).Sub(revenue, t.spend)
	return []figure{
		{"spend USD", r.Spend.Decimal(), decimal(new(big.Rat).SetInt(t.spend), 2)},
		{"revenue USD", r.Revenue.Decimal(), decimal(new(big.Rat).SetInt(revenue), 2)},
		{"impressions", fmt.Sprint(r.Impressions), fmt.Sprint(t.impressions)},
		{"clicks", fmt.Sprint(r.Clicks), fmt.Sprint(t.clicks)},
		{"conversions", r.Conversions, fmt.Sprint(t.conversions)},
		{"approved", r.ApprovedConversions, fmt.Sprint(t.approved)},
		{"CTR", text(k.Ctr), ratio(big.NewInt(t.clicks), big.NewInt(t.impressions), 1_000_000)},
		{"CPC USD", k.Cpc.Decimal(), ratioMoney(t.spend, big.NewInt(t.clicks))},
		{"ROAS", text(k.Roas), ratio(revenue, t.spend, 1_000_000)},
		{"ROI", text(k.Roi), ratio(profit, t.spend, 1_000_000)},
		{"days", fmt.Sprint(len(perf.Days)), fmt.Sprint(min(t.days, 30))},
	}, nil
}

func text(p *string) string {
	if p == nil {
		return "undefined"
	}
	return *p
}

// ratio is a / b rounded half to even at the sixth decimal.
func ratio(a, b *big.Int, scale int64) string {
	r := new(big.Rat).SetFrac(new(big.Int).Mul(a, big.NewInt(scale)), b)
	return decimal(new(big.Rat).SetInt(halfEven(r)), 0)
}

func ratioMoney(a, b *big.Int) string {
	return decimal(new(big.Rat).SetInt(halfEven(new(big.Rat).SetFrac(a, b))), 2)
}

// decimal writes millionths with at least so many decimals.
func decimal(millionths *big.Rat, atLeast int) string {
	s := new(big.Rat).Quo(millionths, big.NewRat(1_000_000, 1)).FloatString(6)
	whole, frac, _ := strings.Cut(s, ".")
	for len(frac) > atLeast && strings.HasSuffix(frac, "0") {
		frac = frac[:len(frac)-1]
	}
	if frac == "" {
		return whole
	}
	return whole + "." + frac
}

// progress draws a bar on a terminal, and nothing elsewhere.
func progress(w io.Writer, draw bool, total int) func(done int) {
	return func(done int) {
		if !draw {
			return
		}
		const width = 40
		filled := done * width / total
		fmt.Fprintf(w, "\r  day %2d of %d [%s%s]", done, total, strings.Repeat("#", filled), strings.Repeat(" ", width-filled))
		if done == total {
			fmt.Fprint(w, "\r\033[K")
		}
	}
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}
