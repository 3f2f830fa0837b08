package sandbox

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"bellwether/internal/money"
)

// Account is an ad account of a platform.
type Account struct {
	Platform  string         `json:"platform"`
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	Currency  money.Currency `json:"currency,omitempty"` // none on an account for posts
	TimeZone  string         `json:"timeZone,omitempty"`
	Suspended bool           `json:"suspended,omitempty"`
	ManagerID string         `json:"managerId,omitempty"`
}

// Campaign is a campaign as its platform keeps it: statuses and objectives are in the platform's words.
type Campaign struct {
	Platform     string    `json:"platform"`
	AccountID    string    `json:"accountId"`
	ID           string    `json:"id"`
	Name         string    `json:"name"`
	Objective    string    `json:"objective"`
	Status       string    `json:"status"`
	BudgetKind   string    `json:"budgetKind,omitempty"` // daily, lifetime or none
	BudgetMicros int64     `json:"budgetMicros,omitempty"`
	BudgetID     string    `json:"budgetId,omitempty"`
	Shared       bool      `json:"shared,omitempty"`
	Start        string    `json:"start,omitempty"` // YYYY-MM-DD
	End          string    `json:"end,omitempty"`
	Updated      time.Time `json:"updated"`
	Deleted      bool      `json:"deleted,omitempty"`
	Series       string    `json:"series,omitempty"` // of the real data
}

// Result is one day's results of a campaign.
type Result struct {
	Date             string `json:"date"`
	Impressions      int64  `json:"impressions"`
	Clicks           int64  `json:"clicks"`
	SpendMicros      int64  `json:"spendMicros"`
	ConversionMicros int64  `json:"conversionMicros"`
	RevenueMicros    int64  `json:"revenueMicros"`
}

// Call is a write that somebody made.
type Call struct {
	At         time.Time `json:"at"`
	Platform   string    `json:"platform"`
	Op         string    `json:"op"`
	Method     string    `json:"method,omitempty"`
	Path       string    `json:"path,omitempty"`
	CampaignID string    `json:"campaignId,omitempty"`
	Value      string    `json:"value,omitempty"`
}

// World is what all platforms know. It is safe for concurrent use, and hands out copies.
type World struct {
	mu     sync.Mutex
	now    func() time.Time
	random io.Reader
	path   string
	pages  int // rows of a page
	state  state
	series map[string][]Result // of the real data, by series, dated as if day 0 were the anchor
}

// state is what survives a restart.
type state struct {
	Anchor    string                       `json:"anchor"` // the day that the newest of the real data fell on
	Accounts  []Account                    `json:"accounts"`
	Campaigns []Campaign                   `json:"campaigns"`
	Added     map[string]map[string]Result `json:"added"` // by platform/campaign and day: on top of the real data
	Grants    []*Grant                     `json:"grants"`
	Codes     map[string]code              `json:"codes"`
	Used      map[string]string            `json:"used"`      // refresh tokens that were rotated away, with their platform
	Refreshes map[string]int               `json:"refreshes"` // by refresh token
	Log       []Call                       `json:"log"`
	Posts     []Post                       `json:"posts,omitempty"`
	Media     []Medium                     `json:"media,omitempty"`
	LastID    int64                        `json:"lastId,omitempty"`
}

func newWorld(c Config) (*World, error) {
	series, err := readSeries()
	if err != nil {
		return nil, err
	}
	w := &World{now: c.Now, random: c.Random, path: c.Path, pages: c.PageSize, series: series}
	text, err := os.ReadFile(c.Path)
	switch {
	case c.Path != "" && err == nil:
		if err := json.Unmarshal(text, &w.state); err != nil {
			return nil, fmt.Errorf("read the sandbox's state: %w", err)
		}
	case c.Path == "" || os.IsNotExist(err):
		w.state = furnish(c.Now())
	default:
		return nil, err
	}
	return w, nil
}

// keep writes the state to its file, whole or not at all. The caller holds the lock.
func (w *World) keep() {
	if w.path == "" {
		return
	}
	text, err := json.Marshal(w.state)
	if err != nil {
		return
	}
	if os.MkdirAll(filepath.Dir(w.path), 0o700) == nil && os.WriteFile(w.path+".new", text, 0o600) == nil {
		_ = os.Rename(w.path+".new", w.path)
	}
}

// Accounts are the platform's, in a fixed order.
func (w *World) Accounts(platform string) []Account {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.state.Accounts), func(a Account) bool { return a.Platform != platform })
}

// Account finds one.
func (w *World) Account(platform, id string) (Account, bool) {
	for _, a := range w.Accounts(platform) {
		if a.ID == id {
			return a, true
		}
	}
	return Account{}, false
}

// Campaigns are an account's, in order of id; deleted ones are marked.
func (w *World) Campaigns(platform, accountID string) []Campaign {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(w.state.Campaigns), func(c Campaign) bool { return c.Platform != platform || c.AccountID != accountID })
	slices.SortFunc(list, func(a, b Campaign) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// Campaign finds one.
func (w *World) Campaign(platform, id string) (Campaign, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := w.index(platform, id); i >= 0 {
		return w.state.Campaigns[i], true
	}
	return Campaign{}, false
}

func (w *World) index(platform, id string) int {
	return slices.IndexFunc(w.state.Campaigns, func(c Campaign) bool { return c.Platform == platform && c.ID == id })
}

// Change changes a campaign; false when there is none.
func (w *World) Change(platform, id string, change func(*Campaign)) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := w.index(platform, id)
	if i < 0 {
		return false
	}
	change(&w.state.Campaigns[i])
	w.state.Campaigns[i].Updated = w.now().UTC()
	w.keep()
	return true
}

// Add puts a further account's campaign into the world.
func (w *World) Add(c Campaign) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state.Campaigns = append(w.state.Campaigns, c)
	w.keep()
}

// AddResult puts results on top of a campaign's day.
func (w *World) AddResult(platform, campaignID string, r Result) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := platform + "/" + campaignID
	if w.state.Added[key] == nil {
		w.state.Added[key] = map[string]Result{}
	}
	w.state.Added[key][r.Date] = plus(w.state.Added[key][r.Date], r)
	w.keep()
}

func plus(a, b Result) Result {
	return Result{
		Date: cmp.Or(a.Date, b.Date), Impressions: a.Impressions + b.Impressions, Clicks: a.Clicks + b.Clicks, SpendMicros: a.SpendMicros + b.SpendMicros,
		ConversionMicros: a.ConversionMicros + b.ConversionMicros, RevenueMicros: a.RevenueMicros + b.RevenueMicros,
	}
}

// Today is the day in the account's zone.
func (w *World) Today(a Account) string {
	zone, err := time.LoadLocation(a.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	return w.now().In(zone).Format(time.DateOnly)
}

// Results are a campaign's results of the days from and to, both inclusive, up to today, in order.
func (w *World) Results(platform, campaignID, from, to string) []Result {
	c, ok := w.Campaign(platform, campaignID)
	if !ok {
		return nil
	}
	account, _ := w.Account(platform, c.AccountID)
	to = min(to, w.Today(account))
	w.mu.Lock()
	defer w.mu.Unlock()
	days := map[string]Result{}
	for _, r := range w.series[c.Series] {
		r.Date = shift(r.Date, w.state.Anchor)
		days[r.Date] = r
	}
	for date, r := range w.state.Added[platform+"/"+campaignID] {
		days[date] = plus(days[date], r)
	}
	var list []Result
	for date, r := range days {
		if date >= from && date <= to {
			r.Date = date
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b Result) int { return cmp.Compare(a.Date, b.Date) })
	return list
}

// Log is every write that was made through an API, or by hand, in order.
func (w *World) Log() []Call {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.state.Log)
}

// Note adds a write to the log.
func (w *World) Note(c Call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c.At = w.now().UTC()
	w.state.Log = append(w.state.Log, c)
	w.keep()
}
