package platformtest

import (
	"net/url"
	"slices"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/sandbox"
)

// Subject is the connector that is held to the contract.
type Subject struct {
	Platform string
	New      func(e platform.Endpoint, c platform.Client) (platform.Connector, error)
	// Percent is how much of the quota the sandbox's answers say is used; 0: the platform doesn't tell.
	Percent int
	// Challenge is the platform's check of our address, and Answer what is wanted, for the sandbox's
	// secrets; nil: it has none.
	Challenge url.Values
	Answer    string
	// Wait is how long a throttled account is left alone on a platform that never tells; 0: it tells.
	Wait time.Duration
	// Undated says that the platform's campaigns have no dates.
	Undated bool
	// Timed says that webhooks are signed with their time, so that an old one is refused.
	Timed bool
}

// Run holds a connector to the whole contract of platform.Connector, against the sandbox.
func Run(t *testing.T, s Subject) {
	checks := []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"Info", info}, {"Consent", consents}, {"Expiry", expiry}, {"Refresh", refresh}, {"Revoke", revoke}, {"TokenFaults", tokenFaults},
		{"Accounts", accounts}, {"Campaigns", campaigns}, {"Statuses", statuses}, {"Metrics", metrics}, {"Windows", windows}, {"ClockChange", clockChange},
		{"SetStatus", setStatus}, {"SetBudget", setBudget}, {"BudgetsRefused", budgetsRefused}, {"LostAnswers", lostAnswers},
		{"ReadFaults", readFaults}, {"WriteFaults", writeFaults}, {"Redirects", redirects}, {"ForeignPages", foreignPages}, {"Meter", meter},
		{"Challenge", challenge}, {"Webhook", webhook},
	}
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) { c.run(t, s) })
	}
}

func info(t *testing.T, s Subject) {
	v := Open(t, s)
	got := v.Connector.Info()
	if got.Platform != s.Platform || got.Name == "" || len(got.Scopes) == 0 || got.MaxDays < 1 || got.Password {
		t.Errorf("%+v", got)
	}
}

// known finds the account's campaign that has a budget of its own of the kind, and makes one if there is none.
func (v *Visit) known(t *testing.T, s Subject, kind platform.BudgetKind) (platform.Account, platform.Campaign) {
	t.Helper()
	a := v.Accounts(t)[0]
	list, _ := v.Campaigns(t, a)
	i := slices.IndexFunc(list, func(c platform.Campaign) bool { return c.Budget != nil && !c.Budget.Shared })
	if i < 0 {
		t.Fatalf("%s has no campaign with a budget", a.ID)
	}
	v.World().Change(s.Platform, list[i].ID, func(c *sandbox.Campaign) { c.BudgetKind = string(kind) })
	c, err := v.Connector.Campaign(t.Context(), v.Call(a), list[i].ID)
	if err != nil || c.Budget == nil || c.Budget.Kind != kind {
		t.Fatalf("%+v, error %v", c, err)
	}
	return a, c
}
