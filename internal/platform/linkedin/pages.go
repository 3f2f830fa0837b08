package linkedin

import (
	"cmp"
	"context"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"bellwether/internal/platform"
)

// Pages publishes on the Pages of organisations. It is safe for concurrent use.
type Pages struct{ rest }

var _ platform.Publisher = (*Pages)(nil)

// DefaultsPages is where LinkedIn is.
func DefaultsPages() platform.Endpoint { return Defaults() }

// NewPages makes a connector; its addresses must be LinkedIn's, or the endpoint a sandbox.
func NewPages(e platform.Endpoint, c platform.Client) (*Pages, error) {
	r, err := newRest(e, c, platform.LinkedInPage, AdminScope, "w_organization_social", "r_organization_social")
	if err != nil {
		return nil, err
	}
	return &Pages{r}, nil
}

// Info implements platform.Party.
func (k *Pages) Info() platform.Info {
	return platform.Info{Platform: platform.LinkedInPage, Name: "LinkedIn", Scopes: k.scopes, Refreshes: true, Uploads: true}
}

// Allowance implements platform.Publisher: LinkedIn doesn't say.
func (*Pages) Allowance(context.Context, platform.Call) (int, bool, error) { return 0, false, nil }

// maxPages bounds the pages of a list.
const maxPages = 10

// paging is where a list goes on. Its links are addresses; only that there is a next one counts.
type paging struct {
	Links []pageLink `json:"links"`
}

type pageLink struct {
	Rel string `json:"rel"`
}

func (p paging) more() bool { return slices.Contains(p.Links, pageLink{"next"}) }

// startOf is the part of a query that leaves out the first n of a list.
func startOf(n int) string {
	if n == 0 {
		return ""
	}
	return "&start=" + strconv.Itoa(n)
}

const organization = "urn:li:organization:"

// Accounts implements platform.Authorizer: they are the organisations that the member administers. Their
// brands are left out: they have no list of posts.
func (k *Pages) Accounts(ctx context.Context, c platform.Call) ([]platform.Account, error) {
	const op = "accounts"
	var ids []string
	for start, pages := 0, 0; pages < maxPages; pages++ {
		var page struct {
			Elements []struct {
				URN string `json:"organization"`
			} `json:"elements"`
			Paging paging `json:"paging"`
		}
		if err := k.get(ctx, op, c, "organizationAcls", AdminsQuery+"&count=100"+startOf(start), &page); err != nil {
			return nil, sure(err)
		}
		for _, e := range page.Elements {
			if id, ok := strings.CutPrefix(e.URN, organization); ok && digits(id) && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		if start += len(page.Elements); len(page.Elements) == 0 || !page.Paging.more() {
			break
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return k.named(ctx, c, ids)
}

// named are the organisations with their names.
func (k *Pages) named(ctx context.Context, c platform.Call, ids []string) ([]platform.Account, error) {
	var body struct {
		Results map[string]struct {
			Name string `json:"localizedName"`
		} `json:"results"`
	}
	if err := k.get(ctx, "accounts", c, "organizations", "ids=List("+strings.Join(ids, ",")+")", &body); err != nil {
		return nil, sure(err)
	}
	var all []platform.Account
	for _, id := range ids {
		all = append(all, platform.Account{ID: organization + id, Name: cmp.Or(body.Results[id].Name, id)})
	}
	slices.SortFunc(all, func(a, b platform.Account) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}

// author is the account as queries write it: with its colons encoded.
func (k *Pages) author(op string, a platform.Account) (string, error) {
	if id, ok := strings.CutPrefix(a.ID, organization); !ok || !digits(id) {
		return "", k.invalid(op, "account", "the id of an account is the URN of an organisation")
	}
	return url.QueryEscape(a.ID), nil
}

var (
	imageURN = regexp.MustCompile(`^urn:li:image:[0-9A-Za-z_-]{1,100}$`)
	postURN  = regexp.MustCompile(`^urn:li:(share|ugcPost):[0-9A-Za-z_-]{1,100}$`)
)

// sure is the failure of a call that makes nothing visible: whatever became of it, nothing was published.
func sure(err error) error {
	if err == nil {
		return nil
	}
	e := *platform.AsError(err)
	e.Unsure = false
	return &e
}

// malformed is an answer under 2xx that can't be understood: what it was to tell may have been done.
func (k *Pages) malformed(op, message string) error {
	return &platform.Error{Platform: platform.LinkedInPage, Op: op, Class: platform.ClassTransient, Code: "malformed", Message: message, Unsure: true}
}
