package authorize_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"bellwether/internal/api/authorize"
)

const audience = "client-1"

var start = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// clock is a time that tests move by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// provider is an OpenID Connect provider with one RSA and one EC key.
type provider struct {
	*httptest.Server
	clock *clock
	rsa   *rsa.PrivateKey
	ec    *ecdsa.PrivateKey

	mu      sync.Mutex
	keys    []map[string]string
	fetches int
	down    bool
	says    map[string]string // the discovery document; nil: the true one
}

// The key is made once: tests of a package share it, and nothing changes it.
var rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newProvider(t *testing.T) *provider {
	t.Helper()
	key, err := rsaKey()
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{clock: &clock{at: start}, rsa: key, ec: ec}
	p.keys = []map[string]string{rsaJWK("rsa-1", key), ecJWK(t, "ec-1", ec)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.fetches++
		if p.down {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		says := p.says
		if says == nil {
			says = map[string]string{"issuer": p.URL, "jwks_uri": p.URL + "/keys"}
		}
		json.NewEncoder(w).Encode(says)
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		json.NewEncoder(w).Encode(map[string]any{"keys": p.keys})
	})
	mux.Handle("GET /moved", http.RedirectHandler("/keys", http.StatusFound))
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *provider) set(change func(p *provider)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p)
}

func (p *provider) fetched() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fetches
}

func (p *provider) issuer(t *testing.T) *authorize.Issuer {
	t.Helper()
	i, err := authorize.NewIssuer(authorize.Config{Issuer: p.URL, Audience: audience, AllowHTTP: true, HTTP: p.Client(), Now: p.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// claims are those of a good ID token, with the changes; nil takes a claim away.
func (p *provider) claims(changes map[string]any) jwt.MapClaims {
	c := jwt.MapClaims{
		"iss": p.URL, "aud": audience, "sub": "ada", "exp": start.Add(time.Hour).Unix(), "iat": start.Unix(),
		"email": "Ada@Example.com", "email_verified": true, "name": "Ada Lovelace",
	}
	for name, value := range changes {
		if value == nil {
			delete(c, name)
			continue
		}
		c[name] = value
	}
	return c
}

// token is a good RS256 token but for the changes to its claims.
func (p *provider) token(t *testing.T, changes map[string]any) string {
	t.Helper()
	return sign(t, jwt.SigningMethodRS256, p.rsa, map[string]any{"kid": "rsa-1"}, p.claims(changes))
}

func sign(t *testing.T, method jwt.SigningMethod, key any, header map[string]any, claims jwt.Claims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	for name, value := range header {
		token.Header[name] = value
	}
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func rsaJWK(id string, key *rsa.PrivateKey) map[string]string {
	return map[string]string{
		"kid": id, "kty": "RSA", "use": "sig", "alg": "RS256",
		"n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes()),
	}
}

func ecJWK(t *testing.T, id string, key *ecdsa.PrivateKey) map[string]string {
	t.Helper()
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"kid": id, "kty": "EC", "crv": "P-256", "x": encode(point[1:33]), "y": encode(point[33:])}
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
