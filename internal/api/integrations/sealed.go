package integrations

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/grant"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
	"bellwether/internal/secret"
)

// This file seals what leaves us for a while: the state that a browser carries to the platform and
// back, the verifier of PKCE, and a grant that waits for its account to be chosen.

// state is what a browser brings back. It names the attempt, and nobody else can make one.
type state struct {
	OrgID        string `json:"o"`
	ConnectionID string `json:"c"`
	Expires      int64  `json:"x"` // epoch seconds
}

func stateContext() map[string]string { return map[string]string{"purpose": "connect"} }

func (a API) sealState(ctx context.Context, c integration.Connection) (string, error) {
	plain, err := json.Marshal(state{c.OrgID, c.ID, c.ExpiresAt.Unix()})
	if err != nil {
		return "", err
	}
	sealed, err := a.States.Seal(ctx, plain, stateContext())
	if err != nil {
		return "", fmt.Errorf("seal a state: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

// errState is the answer to a state that is not ours, or no longer good.
var errState = fault.New(fault.Invalid, "bad_state", "this link is none of ours, or too old")

func (a API) openState(ctx context.Context, text string, now time.Time) (s state, err error) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || text == "" || strings.ContainsAny(text, "\r\n") {
		return s, errState
	}
	plain, err := a.States.Open(ctx, sealed, stateContext())
	if fault.Is(err, fault.Invalid) {
		return s, errState
	}
	if err != nil {
		return s, fmt.Errorf("open a state: %w", err)
	}
	if err := json.Unmarshal(plain, &s); err != nil || now.Unix() >= s.Expires {
		return s, errState
	}
	return s, nil
}

func verifierContext(c integration.Connection) map[string]string {
	return map[string]string{"purpose": "verifier", "orgId": c.OrgID, "connectionId": c.ID}
}

// newVerifier draws a code verifier of 256 bits (RFC 7636), sealed.
func (a API) newVerifier(ctx context.Context, c integration.Connection) ([]byte, error) {
	raw := make([]byte, 32)
	if _, err := io.ReadFull(a.Random, raw); err != nil {
		return nil, fmt.Errorf("draw a verifier: %w", err)
	}
	sealed, err := a.States.Seal(ctx, []byte(base64.RawURLEncoding.EncodeToString(raw)), verifierContext(c))
	if err != nil {
		return nil, fmt.Errorf("seal a verifier: %w", err)
	}
	return sealed, nil
}

// verifier is the connection's code verifier, "" without PKCE.
func (a API) verifier(ctx context.Context, c integration.Connection) (string, error) {
	if len(c.Verifier) == 0 {
		return "", nil
	}
	plain, err := a.States.Open(ctx, c.Verifier, verifierContext(c))
	if err != nil {
		return "", fmt.Errorf("open a verifier: %w", err)
	}
	return string(plain), nil
}

// challengeOf is what the platform may see of the verifier before the code comes back.
func challengeOf(verifier string) string {
	if verifier == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// waiting are the tokens of a grant whose account is not chosen yet.
type waiting struct {
	Access  string `json:"a"`
	Refresh string `json:"r,omitempty"`
}

func waitingContext(c integration.Connection) map[string]string {
	return map[string]string{"orgId": c.OrgID, "connectionId": c.ID}
}

// hold keeps the grant sealed in the connection.
func (a API) hold(ctx context.Context, c integration.Connection, g platform.Grant) (integration.Connection, error) {
	plain, err := json.Marshal(waiting{g.Access.Reveal(), g.Refresh.Reveal()})
	if err != nil {
		return c, err
	}
	if c.Grant, err = a.Keeper.Sealer.Seal(ctx, plain, waitingContext(c)); err != nil {
		return c, fmt.Errorf("seal a grant: %w", err)
	}
	c.Facts, c.GrantExpires, c.RefreshEnds = grant.Facts(g), g.ExpiresAt, g.RefreshExpires
	return c, nil
}

// held is the grant that hold kept.
func (a API) held(ctx context.Context, c integration.Connection) (platform.Grant, error) {
	plain, err := a.Keeper.Sealer.Open(ctx, c.Grant, waitingContext(c))
	if err != nil {
		return platform.Grant{}, fmt.Errorf("open a grant: %w", err)
	}
	var tokens waiting
	if err := json.Unmarshal(plain, &tokens); err != nil {
		return platform.Grant{}, fault.Wrap(err, fault.Permanent, "bad_record", "a stored grant can't be read")
	}
	return platform.Grant{
		Access: secret.NewText(tokens.Access), Refresh: secret.NewText(tokens.Refresh),
		ExpiresAt: c.GrantExpires, RefreshExpires: c.RefreshEnds, Scopes: c.Facts.Scopes,
	}, nil
}
