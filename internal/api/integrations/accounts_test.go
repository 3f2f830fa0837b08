package integrations_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"bellwether/internal/api"
	"bellwether/internal/integration"
	"bellwether/internal/money"
	"bellwether/internal/platform"
)

func account(id string, currency money.Currency, suspended bool) platform.Account {
	return platform.Account{ID: id, Name: "Account " + id, Currency: currency, TimeZone: "UTC", Suspended: suspended}
}

// several begins with a sign-in that reaches three accounts, one of them suspended.
func (w *world) several() api.Connection {
	w.t.Helper()
	w.platform.accounts = []platform.Account{account("act_1", "USD", false), account("act_2", "EUR", false), account("act_3", "USD", true)}
	c, state := w.begin("/v1/integrations", `{"platform":"meta"}`)
	wantPage(w.t, w.finish(state), 200, "This sign-in reaches 3 accounts at Meta")
	return w.read(c.Id)
}

func TestChooseAnAccount(t *testing.T) {
	w := newWorld(t)
	c := w.several()
	if c.Status != "choose_account" || c.Accounts == nil || len(*c.Accounts) != 3 || !(*c.Accounts)[2].Suspended || c.IntegrationId != nil {
		t.Fatalf("connection %+v", c)
	}
	stored, err := w.grants.Connection(t.Context(), ourOrg, c.Id)
	if err != nil || len(stored.Grant) == 0 || bytes.Contains(stored.Grant, []byte("access-1")) || len(stored.Verifier) != 0 {
		t.Errorf("stored %+v, error %v", stored, err)
	}
	choose := "/v1/connections/" + c.Id + "/account"
	for _, body := range []string{`{}`, `{"accountId":""}`, `{"accountId":"act_7"}`, `{"accountId":7}`, `{"accountId":"act_1","name":"x"}`} {
		w.refused(ada, 422, "invalid_fields", "POST", choose, body)
	}
	w.refused(ada, 409, "account_suspended", "POST", choose, `{"accountId":"act_3"}`)

	var i, again api.Integration
	w.do(ada, 200, &i, "POST", choose, `{"accountId":"act_2"}`)
	if i.Id != integration.IDOf(ourOrg, "meta", "act_2") || api.Value(i.Account.Currency) != "EUR" || i.ConnectedBy != adaID || !i.GrantEndsAt.Equal(w.platform.ends) {
		t.Errorf("integration %+v", i)
	}
	w.wantToken(i.Id, "access-1")
	if stored, err = w.grants.Connection(t.Context(), ourOrg, c.Id); err != nil || stored.Grant != nil || stored.Status != integration.ConnectionDone {
		t.Errorf("stored %+v, error %v", stored, err)
	}
	w.do(ada, 200, &again, "POST", choose, `{"accountId":"act_2"}`)
	if again.Version != i.Version || w.platform.exchanges != 1 {
		t.Errorf("again %+v", again)
	}
	w.refused(ada, 409, "nothing_to_choose", "POST", choose, `{"accountId":"act_1"}`)
}

// A choice that is refused leaves the others.
func TestChooseAnother(t *testing.T) {
	w := newWorld(t)
	c := w.several()
	choose := "/v1/connections/" + c.Id + "/account"
	stored, err := w.grants.Connection(t.Context(), ourOrg, c.Id)
	if err != nil {
		t.Fatal(err)
	}
	stored.Accounts[0].TimeZone = "Mars"
	stored.Version++
	if err := w.grants.PutConnection(t.Context(), stored); err != nil {
		t.Fatal(err)
	}
	w.refused(ada, 422, "invalid_fields", "POST", choose, `{"accountId":"act_1"}`)
	w.do(ada, 200, nil, "POST", choose, `{"accountId":"act_2"}`)
}

// A grant whose storing broke off is not stored again: it may have been renewed in the meantime.
func TestChoosingOnce(t *testing.T) {
	w := newWorld(t)
	c := w.several()
	w.api.Grants = &between{store: w.grants, fails: integration.ConnectionDone}
	w.serve(nil)
	choose := "/v1/connections/" + c.Id + "/account"
	w.do(ada, 200, nil, "POST", choose, `{"accountId":"act_1"}`)
	w.refused(ada, 409, "nothing_to_choose", "POST", choose, `{"accountId":"act_1"}`)
}

func TestNothingToChoose(t *testing.T) {
	w := newWorld(t)
	c, _ := w.begin("/v1/integrations", `{"platform":"meta"}`)
	w.refused(ada, 409, "nothing_to_choose", "POST", "/v1/connections/"+c.Id+"/account", `{"accountId":"act_1"}`)
}

// The account that was asked for, or the only one that can be used, needs no choice.
func TestNoChoiceNeeded(t *testing.T) {
	cases := map[string]struct {
		accounts []platform.Account
		body     string
		want     string
	}{
		"asked for":       {[]platform.Account{account("act_1", "USD", false), account("act_2", "EUR", false)}, `{"platform":"meta","accountId":"act_2"}`, "act_2"},
		"the only usable": {[]platform.Account{account("act_1", "USD", true), account("act_2", "EUR", false)}, `{"platform":"meta"}`, "act_2"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.platform.accounts = c.accounts
			begun, state := w.begin("/v1/integrations", c.body)
			w.finish(state)
			if now := w.read(begun.Id); now.Status != "connected" || *now.IntegrationId != integration.IDOf(ourOrg, "meta", c.want) {
				t.Errorf("connection %+v", now)
			}
		})
	}
}

// A sign-in that reaches very many accounts with very long names still fits the table.
func TestVeryManyAccounts(t *testing.T) {
	w := newWorld(t)
	w.platform.accounts = nil
	for n := range 3000 {
		a := account(fmt.Sprintf("act_%d", n), "USD", false)
		a.Name = strings.Repeat("😀", 300)
		w.platform.accounts = append(w.platform.accounts, a)
	}
	c, state := w.begin("/v1/integrations", `{"platform":"meta"}`)
	w.finish(state)
	if now := w.read(c.Id); now.Status != "choose_account" || len(*now.Accounts) != 500 || (*now.Accounts)[0].Name != strings.Repeat("😀", 100) {
		t.Errorf("connection is %s", now.Status)
	}
}
