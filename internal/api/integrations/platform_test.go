package integrations_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/secret"
)

// fakePlatform signs people in: codes work once, with the verifier whose challenge was shown.
type fakePlatform struct {
	platform.Connector // what connecting does not call

	info       platform.Info
	accounts   []platform.Account
	challenges map[string]string // by state
	codes      map[string]string // the state of each code that was not used yet
	exchanges  int
	secrets    []string // every one that we were given
	ends       time.Time

	refuse         error  // of Exchange
	refuseAccounts error  // of Accounts
	meanwhile      func() // runs in the middle of Exchange, once
}

func newFakePlatform() *fakePlatform {
	return &fakePlatform{
		info: platform.Info{
			Platform: platform.Meta, Name: "Meta", Scopes: []string{"ads_read", "ads_management"}, PKCE: true, Refreshes: true,
			Webhooks: true, DailyCalls: 1000,
		},
		accounts:   []platform.Account{{ID: "act_1", Name: "Shop <b>", Currency: "USD", TimeZone: "UTC"}},
		challenges: map[string]string{}, codes: map[string]string{},
		ends: start.Add(60 * 24 * time.Hour),
	}
}

func (p *fakePlatform) Info() platform.Info { return p.info }

func (p *fakePlatform) AuthorizeURL(a platform.Authorization) string {
	p.challenges[a.State] = a.Challenge
	return "https://platform.example/auth?" + url.Values{"state": {a.State}, "redirect_uri": {a.RedirectURI}, "code_challenge": {a.Challenge}}.Encode()
}

// newCode is a code for the person whose browser carries the state.
func (p *fakePlatform) newCode(state string) string {
	code := fmt.Sprintf("code-%d", len(p.secrets))
	p.codes[code] = state
	p.secrets = append(p.secrets, code)
	return code
}

func (p *fakePlatform) Exchange(_ context.Context, code, verifier, redirectURI string) (platform.Grant, error) {
	p.exchanges++
	p.secrets = append(p.secrets, verifier)
	if p.meanwhile != nil {
		run := p.meanwhile
		p.meanwhile = nil
		run()
	}
	if p.refuse != nil {
		return platform.Grant{}, p.refuse
	}
	state, ok := p.codes[code]
	delete(p.codes, code)
	sum := sha256.Sum256([]byte(verifier))
	if !ok || len(verifier) < 43 || base64.RawURLEncoding.EncodeToString(sum[:]) != p.challenges[state] || redirectURI != base+callback {
		return platform.Grant{}, &platform.Error{Platform: "meta", Op: "exchange", Class: platform.ClassInvalid, Message: "the code is no good"}
	}
	access, refresh := fmt.Sprintf("access-%d", p.exchanges), fmt.Sprintf("refresh-%d", p.exchanges)
	p.secrets = append(p.secrets, access, refresh)
	return platform.Grant{
		Access: secret.NewText(access), Refresh: secret.NewText(refresh), ExpiresAt: start.Add(24 * time.Hour),
		RefreshExpires: p.ends, Scopes: []string{"ads_read"},
	}, nil
}

func (p *fakePlatform) Accounts(context.Context, platform.Call) ([]platform.Account, error) {
	return p.accounts, p.refuseAccounts
}

func (p *fakePlatform) Challenge(q url.Values) ([]byte, string, bool) {
	return []byte(q.Get("hub.challenge")), "text/plain", q.Get("hub.verify_token") == "ours"
}

// VerifyWebhook takes what is signed by the digest of the raw body.
func (p *fakePlatform) VerifyWebhook(body []byte, header http.Header, now time.Time) (platform.Hint, error) {
	if header.Get("X-Signature") != signature(body) || !now.Equal(start) {
		return platform.Hint{}, &platform.Error{Platform: "meta", Op: "webhook", Class: platform.ClassInvalid, Message: "expected " + signature(body)}
	}
	var hint struct {
		ID       string
		Accounts []string
		Revoked  bool
	}
	if json.Unmarshal(bytes.TrimPrefix(body, []byte{0xff}), &hint) != nil {
		return platform.Hint{}, errors.New("no JSON")
	}
	return platform.Hint{DeliveryID: hint.ID, AccountIDs: hint.Accounts, Revoked: hint.Revoked}, nil
}

func signature(body []byte) string {
	sum := sha256.Sum256(append([]byte("key"), body...))
	return base64.StdEncoding.EncodeToString(sum[:])
}
