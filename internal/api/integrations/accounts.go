package integrations

import (
	"fmt"
	"net/http"
	"slices"

	"bellwether/internal/api"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
)

const (
	// maxAccounts is how many accounts are kept to choose from: an attempt is one item of the table.
	// An account beyond them is asked for by its id.
	maxAccounts = 500
	// maxName is how much of an account's name is kept, in characters.
	maxName = 100
)

// pick is the account that the attempt is for: the one that was asked for, or else the only one that can
// be connected. Of several the person chooses; with none the problem says why.
func pick(accounts []platform.Account, wanted, platformName string) (account platform.Account, several []platform.Account, problem string) {
	accounts = slices.Clone(accounts)
	for n := range accounts {
		accounts[n].Name = platform.Clip(accounts[n].Name)
		if name := []rune(accounts[n].Name); len(name) > maxName {
			accounts[n].Name = string(name[:maxName])
		}
	}
	if wanted != "" {
		n := slices.IndexFunc(accounts, func(a platform.Account) bool { return a.ID == wanted })
		if n < 0 {
			return account, nil, fmt.Sprintf("this sign-in at %s does not reach the account %s: sign in there as somebody who may use it", platformName, wanted)
		}
		return accounts[n], nil, ""
	}
	usable := slices.DeleteFunc(slices.Clone(accounts), func(a platform.Account) bool { return a.Suspended })
	switch {
	case len(accounts) == 0:
		return account, nil, "this sign-in at " + platformName + " reaches no ad account"
	case len(usable) == 0:
		return account, nil, platformName + " has suspended every ad account that this sign-in reaches"
	case len(usable) == 1:
		return usable[0], nil, ""
	}
	return account, accounts[:min(len(accounts), maxAccounts)], ""
}

// connection tells what came of an attempt to connect.
func (a API) connection(w http.ResponseWriter, r *http.Request) error {
	c, err := a.findConnection(r)
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, wireConnection(c))
}

func (a API) findConnection(r *http.Request) (integration.Connection, error) {
	id, err := api.PathID(r, "connectionId")
	if err != nil {
		return integration.Connection{}, err
	}
	c, err := a.Grants.Connection(r.Context(), api.Principal(r).OrgID, id)
	return seen(c, api.RequestCause(r).At), err
}

// choose connects one of the accounts that a sign-in reaches.
func (a API) choose(w http.ResponseWriter, r *http.Request) error {
	var in api.AccountChoice
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	if err := checkAccountID(in.AccountId); err != nil {
		return err
	}
	c, err := a.findConnection(r)
	if err != nil {
		return err
	}
	if c.Status == integration.ConnectionDone && c.AccountID == in.AccountId {
		i, err := a.Integrations.Get(r.Context(), c.OrgID, c.IntegrationID) // another try did it
		if err != nil {
			return err
		}
		return answer(w, r, i)
	}
	account, err := chosen(c, in.AccountId)
	if err != nil {
		return err
	}
	i, err := a.attachChosen(r, c, account)
	if err != nil {
		return err
	}
	return answer(w, r, i)
}

func chosen(c integration.Connection, id string) (platform.Account, error) {
	if c.Status != integration.ConnectionChoose {
		return platform.Account{}, fault.Newf(fault.Conflict, "nothing_to_choose", "the connection is %s: there is no account to choose", c.Status)
	}
	n := slices.IndexFunc(c.Accounts, func(a platform.Account) bool { return a.ID == id })
	if n < 0 {
		return platform.Account{}, fault.InvalidFields(fault.Field{Name: "accountId", Message: "must be one of the connection's accounts"})
	}
	if c.Accounts[n].Suspended {
		return platform.Account{}, errSuspended(c.Accounts[n])
	}
	return c.Accounts[n], nil
}

// attachChosen connects the account by the grant that waits for it. The attempt is taken first: a grant
// that was stored once must not be stored again, when it may have been renewed since. When connecting is
// refused, another account can be chosen.
func (a API) attachChosen(r *http.Request, c integration.Connection, account platform.Account) (integration.Integration, error) {
	ctx, cause := r.Context(), api.RequestCause(r)
	g, err := a.held(ctx, c)
	if err != nil {
		return integration.Integration{}, err
	}
	claimed, err := a.claim(ctx, c, cause)
	if err != nil {
		return integration.Integration{}, err
	}
	i, err := a.attach(ctx, claimed, g, account, cause)
	if err == nil {
		a.close(ctx, done(claimed, i))
		return i, nil
	}
	if kind := fault.KindOf(err); kind == fault.Conflict || kind == fault.Invalid {
		claimed.Status = integration.ConnectionChoose
		a.close(ctx, claimed)
	}
	return i, err
}
