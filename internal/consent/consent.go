// Package consent makes the links by which people answer what a rule proposes: sealed, for one person, one
// action and a time. That it works once is the action's own doing.
package consent

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/secret"
)

// Path is where the links lead.
const Path = "/v1/approvals"

// Ticket is what a link vouches for.
type Ticket struct {
	OrgID    string `json:"o"`
	ActionID string `json:"a"`
	UserID   string `json:"u"`
	Expires  int64  `json:"x"` // epoch seconds
}

// Links makes and opens links.
type Links struct {
	Sealer    secret.Sealer
	PublicURL string // where browsers find us; "": no links are made
}

func purpose() map[string]string { return map[string]string{"purpose": "approval"} }

// To is the link for the ticket; "" where there can be none. A letter without a link is told all the same.
func (l Links) To(ctx context.Context, t Ticket) string {
	if l.PublicURL == "" || l.Sealer == nil {
		return ""
	}
	plain, err := json.Marshal(t)
	if err != nil {
		return ""
	}
	sealed, err := l.Sealer.Seal(ctx, plain, purpose())
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(l.PublicURL, "/") + Path + "?" + url.Values{"token": {base64.RawURLEncoding.EncodeToString(sealed)}}.Encode()
}

// maxToken is longer than any that was made.
const maxToken = 1000

// Open is what the token vouches for; fault.Invalid for one that is none of ours, or too old.
func (l Links) Open(ctx context.Context, token string, now time.Time) (t Ticket, err error) {
	bad := fault.New(fault.Invalid, "bad_link", "this link is none of ours, or too old")
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || token == "" || len(token) > maxToken || strings.ContainsAny(token, "\r\n") {
		return t, bad
	}
	plain, err := l.Sealer.Open(ctx, sealed, purpose())
	if fault.Is(err, fault.Invalid) {
		return t, bad
	}
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal(plain, &t); err != nil || now.Unix() >= t.Expires {
		return Ticket{}, bad
	}
	return t, nil
}
