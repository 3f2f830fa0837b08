package tenant

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strings"
	"time"

	"bellwether/internal/fault"
)

const (
	// KeyMark begins every API key, so that a leaked one can be recognised.
	KeyMark = "bw_"
	// InvitationTTL is how long an invitation can be accepted.
	InvitationTTL = 7 * 24 * time.Hour
	// DefaultKeyDays and MaxKeyDays are how long an API key lives.
	DefaultKeyDays = 90
	MaxKeyDays     = 365
	shownPrefix    = len(KeyMark) + 6
)

// Invitation asks somebody into an organisation.
type Invitation struct {
	ID        string    `json:"id"`
	OrgID     string    `json:"orgId"`
	Email     string    `json:"email"`
	Role      Role      `json:"role"`
	TokenHash string    `json:"tokenHash"`
	InvitedBy string    `json:"invitedBy"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// APIKey lets a program act for an organisation.
type APIKey struct {
	ID        string    `json:"id"`
	OrgID     string    `json:"orgId"`
	Name      string    `json:"name"`
	Role      Role      `json:"role"`
	Prefix    string    `json:"prefix"` // what is shown of it
	Hash      string    `json:"hash"`   // SHA-256 of the key, in hexadecimal
	CreatedBy string    `json:"createdBy"`
	CreatedAt time.Time `json:"createdAt"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// NewInvitation makes an invitation and the token that accepts it, which is shown once.
func NewInvitation(p Principal, id, email string, role Role, now time.Time, random io.Reader) (Invitation, string, error) {
	if err := p.MayGrant(role); err != nil {
		return Invitation{}, "", err
	}
	email, err := CleanEmail(email)
	if err != nil {
		return Invitation{}, "", err
	}
	// The token names its invitation, so that accepting needs no search.
	secret, err := randomText(random)
	if err != nil {
		return Invitation{}, "", err
	}
	token := p.OrgID + "." + id + "." + secret
	return Invitation{
		ID: id, OrgID: p.OrgID, Email: email, Role: role, TokenHash: Hash(token), InvitedBy: p.ID,
		ExpiresAt: now.UTC().Add(InvitationTTL).Truncate(time.Second),
	}, token, nil
}

// SplitToken takes an invitation's organisation and id out of its token.
func SplitToken(token string) (orgID, id string, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", "", false
	}
	return parts[0], parts[1], true
}

// Accept reports whether the person may take the invitation with this token.
func (i Invitation) Accept(token string, who Identity) error {
	if Hash(token) != i.TokenHash {
		return ErrInvitation()
	}
	if !who.EmailVerified || who.Email != i.Email {
		return fault.New(fault.Denied, "other_email", "the invitation is for another e-mail address, or yours is not verified")
	}
	return nil
}

// ErrInvitation is the error of a token that accepts nothing.
func ErrInvitation() error {
	return fault.New(fault.NotFound, "invitation_not_found", "there is no such invitation, or it has expired")
}

// NewAPIKey makes a key and its text, which is shown once.
func NewAPIKey(p Principal, id, name string, role Role, days int, now time.Time, random io.Reader) (APIKey, string, error) {
	bad := nameField("name", name)
	if days < 1 || days > MaxKeyDays {
		bad = append(bad, fault.Field{Name: "expiresInDays", Message: "must be 1 to 365"})
	}
	if role == Owner {
		bad = append(bad, fault.Field{Name: "role", Message: "a key can't be an owner"})
	}
	if err := invalid(bad); err != nil {
		return APIKey{}, "", err
	}
	if err := p.MayGrant(role); err != nil {
		return APIKey{}, "", err
	}
	secret, err := randomText(random)
	if err != nil {
		return APIKey{}, "", err
	}
	text := KeyMark + secret
	return APIKey{
		ID: id, OrgID: p.OrgID, Name: name, Role: role, Prefix: text[:shownPrefix], Hash: Hash(text), CreatedBy: p.ID,
		CreatedAt: now.UTC(), ExpiresAt: now.UTC().AddDate(0, 0, days).Truncate(time.Second),
	}, text, nil
}

// Principal is who the key acts as.
func (k APIKey) Principal() Principal {
	return Principal{ID: k.ID, OrgID: k.OrgID, Role: k.Role, Actor: "key/" + k.ID, Name: k.Name}
}

// Hash is what is stored of a secret text. The texts are 256 random bits: there is nothing to guess, so no salt.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func randomText(random io.Reader) (string, error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// keyLength is that of every API key: the mark and 256 bits.
var keyLength = len(KeyMark) + base64.RawURLEncoding.EncodedLen(32)

// LooksLikeKey reports whether a credential has the form of an API key, so that others cost no look-up.
func LooksLikeKey(credential string) bool {
	return strings.HasPrefix(credential, KeyMark) && len(credential) == keyLength
}
