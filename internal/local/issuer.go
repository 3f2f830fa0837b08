package local

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"bellwether/internal/tenant"
)

// IssuerURL and Audience are those of the runner's own tokens. The name can't be reached from
// anywhere, and a deployed authorizer refuses issuers without https: these tokens are good here only.
const (
	IssuerURL = "http://issuer.bellwether.invalid"
	Audience  = "bellwether-local"
)

const (
	issuerKeyState = "issuer.key"
	keyID          = "local"
	tokenTTL       = 24 * time.Hour
)

// issuer is an OpenID Connect issuer for development: it signs in whoever asks.
type issuer struct {
	key   *ecdsa.PrivateKey
	now   func() time.Time
	codes codes
}

func newIssuer(key *ecdsa.PrivateKey, now func() time.Time) *issuer {
	return &issuer{key: key, now: now, codes: codes{open: map[string]granted{}}}
}

// openIssuer uses the key of the former start, so that its tokens are still good.
func openIssuer(j *journal, now func() time.Time) (*issuer, error) {
	if der := j.state(issuerKeyState); der != nil {
		key, err := x509.ParseECPrivateKey(der)
		return newIssuer(key, now), err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return newIssuer(key, now), j.setState(issuerKeyState, der)
}

// token signs an ID token for the address; nonce is "" where nobody gave one.
func (i *issuer) token(email, name, nonce string) (string, error) {
	email, err := tenant.CleanEmail(email)
	if err != nil {
		return "", err
	}
	if name == "" {
		name, _, _ = strings.Cut(email, "@")
	}
	now := i.now()
	claims := jwt.MapClaims{
		"iss": IssuerURL, "aud": Audience, "sub": email, "iat": now.Unix(), "exp": now.Add(tokenTTL).Unix(),
		"email": email, "email_verified": true, "name": name, "token_use": "id",
	}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	t := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	t.Header["kid"] = keyID
	return t.SignedString(i.key)
}

// ServeHTTP answers discovery and keys.
func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	doc, err := i.document(r.URL.Path)
	if err != nil || doc == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(doc)
}

// document is what stands at a path of the issuer; nil for nothing.
func (i *issuer) document(path string) ([]byte, error) {
	switch path {
	case "/.well-known/openid-configuration":
		return json.Marshal(map[string]any{
			"issuer": IssuerURL, "jwks_uri": IssuerURL + "/jwks.json", "token_endpoint": IssuerURL + tokenPath,
			"authorization_endpoint":                localPrefix + "/issuer" + authorizePath, // where browsers are already
			"id_token_signing_alg_values_supported": []string{"ES256"},
		})
	case "/jwks.json":
		public, err := i.key.PublicKey.Bytes()
		if err != nil {
			return nil, err
		}
		coordinate := base64.RawURLEncoding.EncodeToString
		return json.Marshal(map[string]any{"keys": []map[string]string{{
			// Behind the leading 4 of an uncompressed point stand x and y, 32 bytes each.
			"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": keyID, "x": coordinate(public[1:33]), "y": coordinate(public[33:]),
		}}})
	}
	return nil, nil
}

// answer is what the issuer answers to a function.
func (i *issuer) answer(r *http.Request) (int, []byte, error) {
	if isToken(r) {
		return i.tokenAnswer(r)
	}
	doc, err := i.document(r.URL.Path)
	if doc == nil {
		return http.StatusNotFound, nil, err
	}
	return http.StatusOK, doc, err
}

// client reaches the issuer without a network.
func (i *issuer) client() *http.Client { return &http.Client{Transport: i} }

// RoundTrip implements http.RoundTripper.
func (i *issuer) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.URL.String(), IssuerURL+"/") {
		return nil, fmt.Errorf("the local issuer is not at %s", r.URL.Host)
	}
	status, doc, err := i.answer(r)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(doc)), ContentLength: int64(len(doc)),
	}, nil
}
