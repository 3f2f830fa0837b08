package meta

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/money"
	"bellwether/internal/platform"
)

// paging says how a list goes on. The address that Meta gives is never called: it may be anybody's.
type paging struct{ after string }

// UnmarshalJSON reads the cursor of the next page. A list that goes on without saying where would lose
// its rest in silence, so that can't be read.
func (p *paging) UnmarshalJSON(b []byte) error {
	var told struct {
		Cursors struct {
			After string `json:"after"`
		} `json:"cursors"`
		Next string `json:"next"`
	}
	if err := json.Unmarshal(b, &told); err != nil || told.Next == "" {
		return err
	}
	p.after = told.Cursors.After
	if u, err := url.Parse(told.Next); err == nil && p.after == "" {
		p.after = u.Query().Get("after")
	}
	if p.after == "" {
		return errors.New("the list goes on, but has no cursor")
	}
	return nil
}

// next is the cursor of the next page; "" on the last one.
func (p paging) next() string { return p.after }

// Accounts implements platform.Authorizer.
func (c *Connector) Accounts(ctx context.Context, call platform.Call) ([]platform.Account, error) {
	var list []platform.Account
	for after := ""; ; {
		var page struct {
			Data []struct {
				ID       string         `json:"id"`
				Name     string         `json:"name"`
				Currency money.Currency `json:"currency"`
				Zone     string         `json:"timezone_name"`
				Status   int            `json:"account_status"`
			} `json:"data"`
			Paging paging `json:"paging"`
		}
		q := url.Values{"fields": {AccountFields}, "limit": {"100"}}
		if after != "" {
			q.Set("after", after)
		}
		if err := c.get(ctx, "accounts", call, AccountsPath, q, &page); err != nil {
			return nil, err
		}
		for _, a := range page.Data {
			list = append(list, platform.Account{ID: a.ID, Name: a.Name, Currency: a.Currency, TimeZone: a.Zone, Suspended: closed[a.Status]})
		}
		if after = page.Paging.next(); after == "" {
			return list, nil
		}
	}
}

// campaign is Meta's campaign object.
type campaign struct {
	ID        platform.ID     `json:"id"`
	Name      string          `json:"name"`
	Objective string          `json:"objective"`
	Status    string          `json:"status"`
	Effective string          `json:"effective_status"`
	Daily     platform.Number `json:"daily_budget"`
	Lifetime  platform.Number `json:"lifetime_budget"`
	Start     string          `json:"start_time"`
	Stop      string          `json:"stop_time"`
}

const campaignFields = "id,name,objective,status,effective_status,daily_budget,lifetime_budget,start_time,stop_time"

// Campaigns implements platform.Reader. Archived and deleted ones are listed only when they are asked for.
func (c *Connector) Campaigns(ctx context.Context, call platform.Call, cursor string) (platform.CampaignPage, error) {
	var page struct {
		Data   []campaign `json:"data"`
		Paging paging     `json:"paging"`
	}
	q := url.Values{
		"fields": {campaignFields}, "limit": {"100"},
		"effective_status": {`["ACTIVE","PAUSED","IN_PROCESS","WITH_ISSUES","ARCHIVED","DELETED"]`},
	}
	if cursor != "" {
		q.Set("after", cursor)
	}
	path, err := c.accountPath("campaigns", call)
	if err != nil {
		return platform.CampaignPage{}, err
	}
	if err := c.get(ctx, "campaigns", call, path+"/campaigns", q, &page); err != nil {
		return platform.CampaignPage{}, err
	}
	out := platform.CampaignPage{Next: page.Paging.next()}
	for _, m := range page.Data {
		one, err := c.campaign("campaigns", call, m)
		if err != nil {
			return platform.CampaignPage{}, err
		}
		out.Campaigns = append(out.Campaigns, one)
	}
	return out, nil
}

// accountPath is the account's path, in which its id stands with the prefix.
func (c *Connector) accountPath(op string, call platform.Call) (string, error) {
	id := strings.TrimPrefix(call.Account.ID, "act_")
	if !digits(id) {
		return "", c.invalid(op, "the id of an ad account is act_ and a number")
	}
	return "/act_" + id, nil
}

// campaignPath keeps ids that are no numbers out of paths.
func (c *Connector) campaignPath(op, id string) (string, error) {
	if !digits(id) {
		return "", c.invalid(op, "the id of a campaign is a number")
	}
	return "/" + id, nil
}

// digits reports whether text is a positive whole number of at most 20 digits.
func digits(text string) bool {
	return text != "" && len(text) <= 20 && strings.Trim(text, "0123456789") == ""
}

// Campaign implements platform.Reader.
func (c *Connector) Campaign(ctx context.Context, call platform.Call, id string) (platform.Campaign, error) {
	path, err := c.campaignPath("campaign", id)
	if err != nil {
		return platform.Campaign{}, err
	}
	var m campaign
	if err := c.get(ctx, "campaign", call, path, url.Values{"fields": {campaignFields}}, &m); err != nil {
		return platform.Campaign{}, err
	}
	return c.campaign("campaign", call, m)
}

// campaign translates one.
func (c *Connector) campaign(op string, call platform.Call, m campaign) (platform.Campaign, error) {
	out := platform.Campaign{
		ID: string(m.ID), Name: m.Name, Objective: objective(m.Objective), RawObjective: m.Objective,
		RawStatus: m.Effective, StartDate: day(m.Start, call), EndDate: day(m.Stop, call),
	}
	if out.RawStatus == "" {
		out.RawStatus = m.Status
	}
	out.Status = c.status(out.RawStatus, m.Stop)
	kind, text := platform.DailyBudget, m.Daily
	if text == "" || text == "0" {
		kind, text = platform.LifetimeBudget, m.Lifetime
	}
	if text == "" || text == "0" {
		return out, nil
	}
	units, err := text.Int()
	if err == nil {
		var micros int64
		if micros, err = money.FromMinor(units, decimals(call.Account.Currency)); err == nil {
			out.Budget = &platform.Budget{Kind: kind, Amount: money.Of(micros, call.Account.Currency)}
		}
	}
	if err != nil {
		return out, &platform.Error{Platform: platform.Meta, Op: op, Class: platform.ClassTransient, Code: "malformed", Message: "a budget can't be read", Err: err}
	}
	return out, nil
}

// whole are the currencies that Meta counts in whole units; it counts all others in hundredths, also
// those that have none or thousandths by ISO 4217.
var whole = map[money.Currency]bool{
	"CLP": true, "COP": true, "CRC": true, "HUF": true, "ISK": true, "IDR": true, "JPY": true, "KRW": true, "PYG": true, "TWD": true, "VND": true,
}

func decimals(c money.Currency) int {
	if whole[c] {
		return 0
	}
	return 2
}

var statuses = map[string]platform.Status{
	"ACTIVE": platform.StatusActive, "PAUSED": platform.StatusPaused, "IN_PROCESS": platform.StatusPending,
	"WITH_ISSUES": platform.StatusError, "ARCHIVED": platform.StatusArchived, "DELETED": platform.StatusDeleted,
}

// status is the normalised one; an active campaign whose end has passed is over.
func (c *Connector) status(raw, stop string) platform.Status {
	s, ok := statuses[raw]
	if !ok {
		return platform.StatusUnknown
	}
	if end, ok := moment(stop); ok && s == platform.StatusActive && end.Before(c.client.Now()) {
		return platform.StatusCompleted
	}
	return s
}

// moment reads Meta's times, whose offset has no colon.
func moment(text string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02T15:04:05-0700", time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// day is the moment's day in the account's zone.
func day(text string, call platform.Call) string {
	at, ok := moment(text)
	if !ok {
		return ""
	}
	if zone, err := time.LoadLocation(call.Account.TimeZone); err == nil && call.Account.TimeZone != "" {
		at = at.In(zone)
	}
	return at.Format(time.DateOnly)
}

func objective(raw string) string {
	switch raw {
	case "OUTCOME_AWARENESS", "REACH", "BRAND_AWARENESS":
		return "awareness"
	case "OUTCOME_TRAFFIC", "LINK_CLICKS":
		return "traffic"
	case "OUTCOME_ENGAGEMENT", "POST_ENGAGEMENT":
		return "engagement"
	case "OUTCOME_LEADS", "LEAD_GENERATION":
		return "leads"
	case "OUTCOME_SALES", "CONVERSIONS":
		return "sales"
	case "OUTCOME_APP_PROMOTION", "APP_INSTALLS":
		return "app"
	case "VIDEO_VIEWS":
		return "video"
	}
	return "other"
}

// SetStatus implements platform.Controller.
func (c *Connector) SetStatus(ctx context.Context, call platform.Call, id string, s platform.Switch) error {
	status, ok := map[platform.Switch]string{platform.On: "ACTIVE", platform.Off: "PAUSED"}[s]
	if !ok {
		return c.invalid("set_status", "a campaign can be set on or off")
	}
	return c.set(ctx, "set_status", call, id, url.Values{"status": {status}})
}

// SetBudget implements platform.Controller.
func (c *Connector) SetBudget(ctx context.Context, call platform.Call, id string, b platform.Budget) error {
	units, err := money.ToMinor(b.Amount.Micros, decimals(b.Amount.Currency))
	if err != nil || units <= 0 || b.Amount.Currency != call.Account.Currency {
		return &platform.Error{Platform: platform.Meta, Op: "set_budget", Class: platform.ClassInvalid, Code: "amount", Message: "Meta can't hold a budget of " + b.Amount.String(), Err: err}
	}
	return c.set(ctx, "set_budget", call, id, url.Values{string(b.Kind) + "_budget": {strconv.FormatInt(units, 10)}})
}

func (c *Connector) set(ctx context.Context, op string, call platform.Call, id string, form url.Values) error {
	path, err := c.campaignPath(op, id)
	if err != nil {
		return err
	}
	r, err := platform.PostForm(c.url(path), c.signed(call, form))
	if err != nil {
		return c.broken(op, err)
	}
	var d done
	if _, err = c.send(ctx, op, call.Meter, r, []string{call.Token.Reveal()}, &d); err != nil {
		return err
	}
	return c.undone(op, d)
}
