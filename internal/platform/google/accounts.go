package google

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"bellwether/internal/money"
	"bellwether/internal/platform"
)

// customer is an account in Google's words; the rows of customer and of customer_client have the same fields.
type customer struct {
	ID       platform.ID `json:"id"`
	Name     string      `json:"descriptiveName"`
	Currency string      `json:"currencyCode"`
	TimeZone string      `json:"timeZone"`
	Status   string      `json:"status"`
	Manager  bool        `json:"manager"`
}

func (c customer) account(managerID string) platform.Account {
	return platform.Account{
		ID: string(c.ID), Name: cmp.Or(c.Name, string(c.ID)), Currency: money.Currency(c.Currency), TimeZone: c.TimeZone,
		Suspended: closed[c.Status], ManagerID: managerID,
	}
}

const customerQuery = "SELECT customer.id, customer.descriptive_name, customer.currency_code, customer.time_zone, " +
	"customer.status, customer.manager FROM customer"

// Accounts are the accounts that the person may see, and those below the managers among them. Managers
// themselves run no ads and are left out.
func (k *Connector) Accounts(ctx context.Context, c platform.Call) ([]platform.Account, error) {
	const op = "accounts"
	r, err := platform.Get(k.address("customers:listAccessibleCustomers"), "")
	if err != nil {
		return nil, k.invalid(op, "", "the request can't be written")
	}
	c.Account = platform.Account{}
	var list struct {
		Names []string `json:"resourceNames"`
	}
	if err := k.ask(ctx, op, c, r, &list); err != nil {
		return nil, err
	}
	found := map[string]platform.Account{}
	for _, name := range slices.Sorted(slices.Values(list.Names)) {
		if err := k.addCustomer(ctx, c, strings.TrimPrefix(name, "customers/"), found); err != nil {
			return nil, err
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b platform.Account) int { return cmp.Compare(a.ID, b.ID) }), nil
}

// addCustomer adds the account of the id, or those below it. A closed account can't be asked for its
// name; one that the person may not see any more is left out.
func (k *Connector) addCustomer(ctx context.Context, c platform.Call, id string, found map[string]platform.Account) error {
	const op = "accounts"
	c.Account = platform.Account{ID: id}
	var page struct {
		Results []struct {
			Customer customer `json:"customer"`
		} `json:"results"`
	}
	err := k.search(ctx, op, c, customerQuery, "", &page)
	switch {
	case platform.Is(err, platform.ClassSuspended):
		found[id] = platform.Account{ID: id, Name: id, Suspended: true}
		return nil
	case platform.Is(err, platform.ClassAuthScope):
		return nil
	case err != nil:
		return err
	case len(page.Results) == 0:
		return nil
	}
	self := page.Results[0].Customer
	if !self.Manager {
		found[string(self.ID)] = self.account("")
		return nil
	}
	return k.addClients(ctx, c, id, found)
}

// addClients adds the accounts below a manager. Those that can be reached without it stay as they are.
func (k *Connector) addClients(ctx context.Context, c platform.Call, managerID string, found map[string]platform.Account) error {
	c.Account = platform.Account{ID: managerID, ManagerID: managerID}
	for cursor := ""; ; {
		var page struct {
			Results []struct {
				Client customer `json:"customerClient"`
			} `json:"results"`
			Next string `json:"nextPageToken"`
		}
		if err := k.search(ctx, "accounts", c, clientsQuery, cursor, &page); err != nil {
			return err
		}
		for _, row := range page.Results {
			id := string(row.Client.ID)
			if known, ok := found[id]; row.Client.Manager || ok && known.ManagerID == "" {
				continue
			}
			found[id] = row.Client.account(managerID)
		}
		if page.Next == "" || page.Next == cursor {
			return nil
		}
		cursor = page.Next
	}
}
