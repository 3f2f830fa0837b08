// Package tenant is organisations, their members and roles, invitations and API keys. It is pure.
package tenant

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bellwether/internal/budget"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/money"
)

// Org is an organisation: the tenant that everything belongs to.
type Org struct {
	ID            string        `json:"id"`
	Name          string        `json:"name"`
	TimeZone      string        `json:"timeZone"`
	Thresholds    []int         `json:"thresholds"`              // of budgets that set none
	AutoPause     bool          `json:"autoPause"`               // pause a campaign whose budget is spent
	CampaignLimit *money.Amount `json:"campaignLimit,omitempty"` // the most that one campaign's budget should be
	Hours         *Calendar     `json:"hours,omitempty"`         // when its people work; nil: the default
	Owners        int           `json:"owners"`                  // how many members are owners: never 0
	CreatedAt     time.Time     `json:"createdAt"`
	ChangedBy     string        `json:"changedBy,omitempty"` // the id of the last change's cause: two that read alike are still two
	Version       int64         `json:"-"`
}

// Changed is the organisation's next version, by the cause with that id.
func (o Org) Changed(causeID string) Org {
	o.ChangedBy = causeID
	o.Version++
	return o
}

// Member is a person's place in an organisation.
type Member struct {
	UserID   string    `json:"userId"`
	Email    string    `json:"email"`
	Name     string    `json:"name"`
	Role     Role      `json:"role"`
	JoinedAt time.Time `json:"joinedAt"`
	Version  int64     `json:"-"`
}

// User is a person, whatever organisations they belong to.
type User struct {
	ID        string   `json:"id"`
	Email     string   `json:"email"`
	Name      string   `json:"name"`
	ActiveOrg string   `json:"activeOrg"`
	Orgs      []string `json:"orgs"`
	Version   int64    `json:"-"`
}

// MaxOrgs is how many organisations a person may come to belong to.
const MaxOrgs = 100

// MayJoin refuses a person who has joined enough.
func (u User) MayJoin() error {
	if len(u.Orgs) >= MaxOrgs {
		return fault.Newf(fault.Conflict, "too_many_organisations", "a person belongs to at most %d organisations", MaxOrgs)
	}
	return nil
}

// Join is the person with the organisation among theirs, and active.
func (u User) Join(orgID string) User {
	if !slices.Contains(u.Orgs, orgID) {
		u.Orgs = append(slices.Clone(u.Orgs), orgID)
	}
	u.ActiveOrg = orgID
	u.Version++
	return u
}

// Membership is one organisation of a person.
type Membership struct {
	OrgID, OrgName string
	Role           Role
}

// Identity is who an identity provider says somebody is.
type Identity struct {
	UserID        string
	Email         string
	EmailVerified bool
	Name          string
}

// UserID is the person's id here, from the issuer's address and the subject that it gave them.
func UserID(issuer, subject string) string { return event.Derive("user", issuer, subject) }

// NewOrg makes an organisation with one owner.
func NewOrg(id, name string, now time.Time) (Org, error) {
	o := Org{ID: id, Name: name, TimeZone: "UTC", Thresholds: budget.DefaultThresholds(), AutoPause: true, Owners: 1, CreatedAt: now.UTC(), Version: 1}
	return o, o.Validate()
}

// Validate refuses settings that can't be.
func (o Org) Validate() error {
	bad := nameField("name", o.Name)
	if !zoneExists(o.TimeZone) {
		bad = append(bad, fault.Field{Name: "timeZone", Message: "must be an IANA time zone like Europe/Berlin"})
	}
	bad = append(bad, budget.ValidateThresholds("thresholds", o.Thresholds)...)
	if o.CampaignLimit != nil && o.CampaignLimit.Micros <= 0 {
		bad = append(bad, fault.Field{Name: "campaignLimit.amount", Message: "must be more than 0"})
	}
	return invalid(bad)
}

// rank orders the roles; a higher one may do all that a lower one may.
var rank = map[Role]int{Viewer: 1, Analyst: 2, Manager: 3, Admin: 4, Owner: 5}

// Valid reports whether r is a role.
func (r Role) Valid() bool { return rank[r] > 0 }

// AtLeast reports whether r may do what least may.
func (r Role) AtLeast(least Role) bool { return rank[r] > 0 && rank[r] >= rank[least] }

// MayGrant refuses to give, take or change a role above one's own.
func (p Principal) MayGrant(roles ...Role) error {
	for _, r := range roles {
		if !r.Valid() {
			return fault.InvalidFields(fault.Field{Name: "role", Message: "must be owner, admin, manager, analyst or viewer"})
		}
		if !p.Role.AtLeast(r) {
			return fault.Newf(fault.Denied, "role_too_high", "a %s can't give or take the role of %s", p.Role, r)
		}
	}
	return nil
}

// MayRemove refuses to remove another member with the given role.
func (p Principal) MayRemove(role Role) error {
	if !p.Role.AtLeast(Admin) {
		return fault.New(fault.Denied, "forbidden", "your role does not allow this")
	}
	return p.MayGrant(role)
}

// OwnersAfter is the number of owners once a member's role changed; the last one stays.
func (o Org) OwnersAfter(before, after Role) (int, error) {
	n := o.Owners
	if before == Owner {
		n--
	}
	if after == Owner {
		n++
	}
	if n < 1 {
		return n, fault.New(fault.Conflict, "last_owner", "an organisation needs an owner: make somebody else owner first")
	}
	return n, nil
}

// CleanEmail is the address in the form in which addresses are compared. Only A to Z are folded:
// among other letters are some that fold to those, like the Kelvin sign to k, and so would make
// one person's address another's.
func CleanEmail(text string) (string, error) {
	text = strings.TrimSpace(text)
	a, err := mail.ParseAddress(text)
	// The parser also takes what stands in mails: names, comments, quotes, and hosts by number.
	if err != nil || a.Address != text || len(text) > 254 || strings.ContainsAny(text, `"[`) {
		return "", fault.InvalidFields(fault.Field{Name: "email", Message: "must be an e-mail address like ada@example.com"})
	}
	return strings.Map(lowerASCII, text), nil
}

func lowerASCII(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

func nameField(field, name string) []fault.Field {
	n := utf8.RuneCountInString(name)
	if utf8.ValidString(name) && n <= 100 && strings.TrimSpace(name) != "" && !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return nil
	}
	return []fault.Field{{Name: field, Message: "must be a text of 1 to 100 characters"}}
}

func invalid(bad []fault.Field) error {
	if len(bad) == 0 {
		return nil
	}
	return fault.InvalidFields(bad...)
}

// FirstOrgName is what the organisation is called that a first login creates.
func FirstOrgName(id Identity) string {
	name := id.Name
	if name == "" {
		name, _, _ = strings.Cut(id.Email, "@")
	}
	if nameField("name", name) != nil {
		return "My organisation"
	}
	return fmt.Sprintf("%.80s's organisation", name)
}
