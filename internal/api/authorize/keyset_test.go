package authorize_test

import (
	"crypto/rand"
	"crypto/rsa"
	"maps"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"bellwether/internal/fault"
)

func TestKeysAreFetchedSparingly(t *testing.T) {
	p := newProvider(t)
	issuer := p.issuer(t)
	long := map[string]any{"exp": start.Add(100 * time.Hour).Unix()}
	good := p.token(t, long)
	unknown := sign(t, jwt.SigningMethodRS256, p.rsa, map[string]any{"kid": "rsa-2"}, p.claims(long))
	steps := []struct {
		name    string
		after   time.Duration
		given   func(*provider)
		token   string
		kind    fault.Kind // "": accepted
		fetches int        // altogether
	}{
		{"first use", 0, nil, good, "", 1},
		{"kept", 59 * time.Minute, nil, good, "", 1},
		{"asked again after an hour", time.Minute, nil, good, "", 2},
		{"an unknown key is asked for", time.Minute, nil, unknown, fault.Denied, 3},
		{"but not twice a minute", 59 * time.Second, nil, unknown, fault.Denied, 3},
		{"the known one still works", 0, nil, good, "", 3},
		{"a rotated key is found", time.Second, func(p *provider) { p.keys = append(p.keys, rsaJWK("rsa-2", p.rsa)) }, unknown, "", 4},
		{"an unreachable issuer does not sign people out", time.Hour, func(p *provider) { p.down = true }, good, "", 5},
		{"nor is it asked all the time", 59 * time.Second, nil, good, "", 5},
		{"and knows no new keys", time.Second, nil, sign(t, jwt.SigningMethodRS256, p.rsa, map[string]any{"kid": "rsa-3"}, p.claims(long)), fault.Retryable, 6},
		{"until a day has passed", 23 * time.Hour, nil, good, fault.Retryable, 7},
		{"it is back", time.Minute, func(p *provider) { p.down = false }, good, "", 8},
		{"a withdrawn key is no more", time.Hour, func(p *provider) { p.keys = p.keys[1:] }, sign(t, jwt.SigningMethodRS256, p.rsa, map[string]any{"kid": "rsa-1"}, p.claims(long)), fault.Denied, 9},
	}
	for _, s := range steps {
		p.clock.advance(s.after)
		if s.given != nil {
			p.set(s.given)
		}
		_, err := issuer.Verify(t.Context(), s.token)
		if (err == nil) != (s.kind == "") || (err != nil && fault.KindOf(err) != s.kind) {
			t.Fatalf("%s: error %v, want kind %q", s.name, err, s.kind)
		}
		if got := p.fetched(); got != s.fetches {
			t.Fatalf("%s: fetched %d times, want %d", s.name, got, s.fetches)
		}
	}
}

func TestKeysAreTakenOnlyFromTheIssuer(t *testing.T) {
	p := newProvider(t)
	cases := map[string]map[string]string{
		"another issuer's document": {"issuer": "https://evil.example", "jwks_uri": p.URL + "/keys"},
		"keys at no address":        {"issuer": p.URL, "jwks_uri": ""},
		"keys in a file":            {"issuer": p.URL, "jwks_uri": "file:///etc/passwd"},
		"keys that moved":           {"issuer": p.URL, "jwks_uri": p.URL + "/moved"},
		"keys that are gone":        {"issuer": p.URL, "jwks_uri": p.URL + "/gone"},
	}
	for name, says := range cases {
		t.Run(name, func(t *testing.T) {
			p.set(func(p *provider) { p.says = says })
			if _, err := p.issuer(t).Verify(t.Context(), p.token(t, nil)); !fault.Is(err, fault.Retryable) {
				t.Errorf("error %v, want retryable: nothing is known about the token", err)
			}
		})
	}
}

// A key that is too short signs well, but others could have made it.
func TestShortKeysAreRefused(t *testing.T) {
	p := newProvider(t)
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	p.set(func(p *provider) { p.keys = []map[string]string{rsaJWK("weak", weak)} })
	token := sign(t, jwt.SigningMethodRS256, weak, map[string]any{"kid": "weak"}, p.claims(nil))
	if _, err := p.issuer(t).Verify(t.Context(), token); !fault.Is(err, fault.Denied) {
		t.Errorf("error %v, want denied", err)
	}
}

func TestUnusableKeysAreLeftOut(t *testing.T) {
	p := newProvider(t)
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	with := func(key map[string]string, changes map[string]string) map[string]string {
		key = maps.Clone(key)
		maps.Copy(key, changes)
		return key
	}
	rsaOK, ecOK := p.keys[0], p.keys[1]
	cases := map[string]map[string]string{
		"for encryption":      with(rsaOK, map[string]string{"use": "enc"}),
		"for RS512":           with(rsaOK, map[string]string{"alg": "RS512"}),
		"symmetric":           {"kid": "rsa-1", "kty": "oct", "k": "c2VjcmV0"},
		"too short":           rsaJWK("rsa-1", weak),
		"exponent one":        with(rsaOK, map[string]string{"e": "AQ"}),
		"exponent even":       with(rsaOK, map[string]string{"e": "BA"}),
		"exponent huge":       with(rsaOK, map[string]string{"e": "AQAAAAAB"}),
		"no modulus":          with(rsaOK, map[string]string{"n": ""}),
		"modulus no base64":   with(rsaOK, map[string]string{"n": "!"}),
		"exponent no base64":  with(rsaOK, map[string]string{"e": "!"}),
		"without an id":       with(rsaOK, map[string]string{"kid": ""}),
		"another curve":       with(ecOK, map[string]string{"kid": "rsa-1", "crv": "P-384"}),
		"off the curve":       with(ecOK, map[string]string{"kid": "rsa-1", "x": ecOK["y"]}),
		"x no base64":         with(ecOK, map[string]string{"kid": "rsa-1", "x": "!"}),
		"y longer than field": with(ecOK, map[string]string{"kid": "rsa-1", "y": encode(make([]byte, 33))}),
	}
	for name, key := range cases {
		t.Run(name, func(t *testing.T) {
			p.set(func(p *provider) { p.keys = []map[string]string{key, ecOK} })
			issuer := p.issuer(t)
			if _, err := issuer.Verify(t.Context(), p.token(t, nil)); !fault.Is(err, fault.Denied) {
				t.Errorf("error %v, want denied", err)
			}
			es := sign(t, jwt.SigningMethodES256, p.ec, map[string]any{"kid": "ec-1"}, p.claims(nil))
			if _, err := issuer.Verify(t.Context(), es); err != nil {
				t.Errorf("the good key beside it: %v", err)
			}
		})
	}
}
