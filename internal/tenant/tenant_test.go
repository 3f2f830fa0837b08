package tenant_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/money"
	"bellwether/internal/tenant"
)

var (
	start = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	roles = []tenant.Role{tenant.Viewer, tenant.Analyst, tenant.Manager, tenant.Admin, tenant.Owner}
)

func random() *rand.ChaCha8 { return rand.NewChaCha8([32]byte{7}) }

func TestNobodyGrantsMoreThanTheyHave(t *testing.T) {
	for i, own := range roles {
		for j, granted := range roles {
			err := tenant.Principal{Role: own}.MayGrant(granted)
			if j <= i && err != nil || j > i && !fault.Is(err, fault.Denied) {
				t.Errorf("a %s grants %s: %v", own, granted, err)
			}
		}
		if err := (tenant.Principal{Role: own}).MayGrant("king"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a %s grants a role that there is not: %v", own, err)
		}
	}
	for _, own := range []tenant.Role{"", "king"} {
		for _, granted := range roles {
			if err := (tenant.Principal{Role: own}).MayGrant(granted); err == nil {
				t.Errorf("%q grants %s", own, granted)
			}
		}
	}
}

func TestAnOrganisationKeepsAnOwner(t *testing.T) {
	cases := []struct {
		owners        int
		before, after tenant.Role
		want          int // 0: refused
	}{
		{1, tenant.Owner, tenant.Admin, 0},
		{1, tenant.Owner, "", 0},
		{2, tenant.Owner, "", 1},
		{2, tenant.Owner, tenant.Viewer, 1},
		{1, tenant.Admin, tenant.Owner, 2},
		{1, tenant.Admin, "", 1},
		{1, "", tenant.Owner, 2},
		{1, tenant.Owner, tenant.Owner, 1},
	}
	for _, c := range cases {
		got, err := tenant.Org{Owners: c.owners}.OwnersAfter(c.before, c.after)
		if (err != nil) != (c.want == 0) || (err == nil && got != c.want) {
			t.Errorf("%d owners, %q -> %q: %d, error %v", c.owners, c.before, c.after, got, err)
		}
	}
}

func TestSettings(t *testing.T) {
	good, err := tenant.NewOrg("id", "Müller & Töchter", start)
	if err != nil || !good.AutoPause || !slices.Equal(good.Thresholds, []int{80, 90, 100}) {
		t.Fatalf("organisation %+v, error %v", good, err)
	}
	cases := map[string]struct {
		change func(*tenant.Org)
		field  string
	}{
		"no name":          {func(o *tenant.Org) { o.Name = "" }, "name"},
		"blank name":       {func(o *tenant.Org) { o.Name = " \t" }, "name"},
		"long name":        {func(o *tenant.Org) { o.Name = strings.Repeat("é", 101) }, "name"},
		"line in name":     {func(o *tenant.Org) { o.Name = "a\nb" }, "name"},
		"name no UTF-8":    {func(o *tenant.Org) { o.Name = "a\xff" }, "name"},
		"no zone":          {func(o *tenant.Org) { o.TimeZone = "" }, "timeZone"},
		"the host's zone":  {func(o *tenant.Org) { o.TimeZone = "Local" }, "timeZone"},
		"no such zone":     {func(o *tenant.Org) { o.TimeZone = "Europe/Bonn" }, "timeZone"},
		"a file":           {func(o *tenant.Org) { o.TimeZone = "../../etc/passwd" }, "timeZone"},
		"no thresholds":    {func(o *tenant.Org) { o.Thresholds = nil }, "thresholds"},
		"eleven":           {func(o *tenant.Org) { o.Thresholds = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11} }, "thresholds"},
		"twice":            {func(o *tenant.Org) { o.Thresholds = []int{80, 80} }, "thresholds"},
		"descending":       {func(o *tenant.Org) { o.Thresholds = []int{90, 80} }, "thresholds"},
		"zero":             {func(o *tenant.Org) { o.Thresholds = []int{0} }, "thresholds"},
		"over 1000":        {func(o *tenant.Org) { o.Thresholds = []int{1001} }, "thresholds"},
		"a limit of zero":  {func(o *tenant.Org) { o.CampaignLimit = &money.Amount{Currency: "USD"} }, "campaignLimit.amount"},
		"a negative limit": {func(o *tenant.Org) { o.CampaignLimit = &money.Amount{Micros: -1, Currency: "USD"} }, "campaignLimit.amount"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			o := good
			c.change(&o)
			err := o.Validate()
			var e *fault.Error
			if f, ok := err.(*fault.Error); ok {
				e = f
			}
			if e == nil || len(e.Fields) != 1 || e.Fields[0].Name != c.field {
				t.Errorf("error %+v, want field %s", err, c.field)
			}
		})
	}
}

func TestEdit(t *testing.T) {
	limit := money.Of(7, "USD")
	o := tenant.Org{Name: "A", TimeZone: "UTC", Thresholds: []int{80}, AutoPause: true, CampaignLimit: &limit}
	name, zone, percents, off, same := "B", "Asia/Tokyo", []int{50}, false, limit
	cases := map[string]struct {
		edit tenant.OrgEdit
		want string
	}{
		"nothing":         {tenant.OrgEdit{}, ""},
		"all":             {tenant.OrgEdit{Name: &name, TimeZone: &zone, Thresholds: &percents, AutoPause: &off, SetLimit: true}, "name timeZone thresholds autoPause campaignLimit"},
		"the same":        {tenant.OrgEdit{Name: &o.Name, TimeZone: &o.TimeZone, Thresholds: &o.Thresholds, AutoPause: &o.AutoPause, SetLimit: true, CampaignLimit: &same}, ""},
		"limit untouched": {tenant.OrgEdit{CampaignLimit: nil, Name: &name}, "name"},
		"limit away":      {tenant.OrgEdit{SetLimit: true}, "campaignLimit"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			edited, changed := o.Edit(c.edit)
			if strings.Join(changed, " ") != c.want {
				t.Errorf("changed %v, want %s", changed, c.want)
			}
			if (edited.CampaignLimit == nil) != slices.Contains(changed, "campaignLimit") {
				t.Errorf("limit %v", edited.CampaignLimit)
			}
		})
	}
}

func TestCleanEmail(t *testing.T) {
	for in, want := range map[string]string{
		" Ada@Example.COM ": "ada@example.com", "a+b@x.org": "a+b@x.org",
		"": "", "ada": "", "ada@": "", "@x.org": "", "Ada <ada@x.org>": "", "a@x.org, b@x.org": "", "a b@x.org": "",
		"a@x.org\r\nBcc: b@x.org": "", "<ada@x.org>": "", "ada@x.org (Ada)": "", `"a b"@x.org`: "", "ada@[127.0.0.1]": "",
		"Mi\u212Ae@x.org": "mi\u212Ae@x.org", "\u0130vo@x.org": "\u0130vo@x.org", strings.Repeat("a", 250) + "@x.org": "",
	} {
		got, err := tenant.CleanEmail(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, error %v, want %q", in, got, err, want)
		}
	}
}

func TestAPIKeys(t *testing.T) {
	admin := tenant.Principal{ID: "u", OrgID: "o", Role: tenant.Admin}
	key, text, err := tenant.NewAPIKey(admin, "k", "CI", tenant.Manager, 90, start, random())
	if err != nil {
		t.Fatal(err)
	}
	if !tenant.LooksLikeKey(text) || len(text) != 46 || key.Hash != tenant.Hash(text) || !strings.HasPrefix(text, key.Prefix) || len(key.Prefix) != 9 {
		t.Errorf("key %+v, text of %d letters", key, len(text))
	}
	if want := start.AddDate(0, 0, 90); !key.ExpiresAt.Equal(want) {
		t.Errorf("expires %s, want %s", key.ExpiresAt, want)
	}
	if _, other, err := tenant.NewAPIKey(admin, "k", "CI", tenant.Manager, 90, start, rand.NewChaCha8([32]byte{8})); err != nil || other == text {
		t.Errorf("two keys are alike, error %v", err)
	}
	refusals := map[string]struct {
		name string
		role tenant.Role
		days int
		kind fault.Kind
	}{
		"no name":       {"", tenant.Viewer, 90, fault.Invalid},
		"no days":       {"CI", tenant.Viewer, 0, fault.Invalid},
		"over a year":   {"CI", tenant.Viewer, 366, fault.Invalid},
		"no role":       {"CI", "", 90, fault.Invalid},
		"an owner's":    {"CI", tenant.Owner, 90, fault.Invalid},
		"above oneself": {"CI", tenant.Admin, 90, fault.Denied},
	}
	for name, c := range refusals {
		t.Run(name, func(t *testing.T) {
			by := admin
			if name == "above oneself" {
				by.Role = tenant.Manager
			}
			if _, text, err := tenant.NewAPIKey(by, "k", c.name, c.role, c.days, start, random()); !fault.Is(err, c.kind) || text != "" {
				t.Errorf("text %q, error %v", text, err)
			}
		})
	}
}

func TestPrincipalsTravelThroughTheGateway(t *testing.T) {
	for _, p := range []tenant.Principal{
		{ID: "u", OrgID: "o", Role: tenant.Owner, Actor: "user/u", Email: "a@x.org", Name: "Ada"},
		{ID: "k", OrgID: "o", Role: tenant.Viewer, Actor: "key/k"},
		{ID: "u", Actor: "user/u"},
	} {
		if got, ok := tenant.FromAuthorizer(p.AuthorizerContext()); !ok || got != p {
			t.Errorf("%+v became %+v", p, got)
		}
	}
	for _, context := range []map[string]any{nil, {}, {"id": 7}, {"orgId": "o", "role": "owner"}} {
		if p, ok := tenant.FromAuthorizer(context); ok {
			t.Errorf("%v became %+v", context, p)
		}
	}
}

func TestFirstOrgName(t *testing.T) {
	for want, id := range map[string]tenant.Identity{
		"Ada's organisation": {Name: "Ada"}, "bob's organisation": {Email: "bob@x.org"}, "My organisation": {Name: "a\x00"},
	} {
		if got := tenant.FirstOrgName(id); got != want {
			t.Errorf("%+v: %q, want %q", id, got, want)
		}
	}
	long := tenant.FirstOrgName(tenant.Identity{Name: strings.Repeat("é", 100)})
	if _, err := tenant.NewOrg("id", long, start); err != nil {
		t.Errorf("%q: %v", long, err)
	}
}
