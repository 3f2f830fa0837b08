package linkedin

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"bellwether/internal/money"
	"bellwether/internal/platform"
)

type account struct {
	ID       platform.ID    `json:"id"`
	Name     string         `json:"name"`
	Status   string         `json:"status"`
	Currency money.Currency `json:"currency"` // CurrencyField
	TimeZone string         `json:"timeZone"` // TimeZoneField
}

type metadata struct {
	Next string `json:"nextPageToken"`
}

// Accounts are the ad accounts that the member has a role in.
func (k *Connector) Accounts(ctx context.Context, c platform.Call) ([]platform.Account, error) {
	var all []platform.Account
	for cursor := ""; ; {
		var page struct {
			Elements []account `json:"elements"`
			Metadata metadata  `json:"metadata"`
		}
		if err := k.get(ctx, "accounts", c, "adAccounts", "q=search"+pageOf(cursor), &page); err != nil {
			return nil, err
		}
		for _, a := range page.Elements {
			all = append(all, platform.Account{
				ID: string(a.ID), Name: cmp.Or(a.Name, string(a.ID)), Currency: a.Currency,
				TimeZone: cmp.Or(a.TimeZone, ReportZone), Suspended: closed[a.Status],
			})
		}
		if page.Metadata.Next == "" || page.Metadata.Next == cursor {
			break
		}
		cursor = page.Metadata.Next
	}
	slices.SortFunc(all, func(a, b platform.Account) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}

// pageOf is the part of a query that asks for a page; nothing for the first one.
func pageOf(cursor string) string {
	if cursor == "" {
		return ""
	}
	return "&pageToken=" + url.QueryEscape(cursor)
}
