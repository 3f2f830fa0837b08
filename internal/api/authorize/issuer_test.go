package authorize_test

import (
	"crypto/x509"
	"encoding/pem"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"bellwether/internal/api/authorize"
	"bellwether/internal/fault"
	"bellwether/internal/tenant"
)

func TestVerifyTakesGoodTokens(t *testing.T) {
	p := newProvider(t)
	ada := tenant.Identity{UserID: tenant.UserID(p.URL, "ada"), Email: "ada@example.com", EmailVerified: true, Name: "Ada Lovelace"}
	unverified, nameless := ada, tenant.Identity{UserID: ada.UserID}
	unverified.EmailVerified = false
	cases := map[string]struct {
		token string
		want  tenant.Identity
	}{
		"an ID token":                  {p.token(t, nil), ada},
		"of ES256":                     {sign(t, jwt.SigningMethodES256, p.ec, map[string]any{"kid": "ec-1"}, p.claims(nil)), ada},
		"Cognito's ID token":           {p.token(t, map[string]any{"token_use": "id"}), ada},
		"Cognito's access token":       {p.token(t, cognitoAccess(audience)), nameless},
		"verified said as a text":      {p.token(t, map[string]any{"email_verified": "true"}), ada},
		"not verified":                 {p.token(t, map[string]any{"email_verified": false}), unverified},
		"not said whether verified":    {p.token(t, map[string]any{"email_verified": nil}), unverified},
		"verified said oddly":          {p.token(t, map[string]any{"email_verified": 1}), unverified},
		"several audiences, ours used": {p.token(t, map[string]any{"aud": []string{"other", audience}, "azp": audience}), ada},
		"just expired":                 {p.token(t, map[string]any{"exp": start.Add(-20 * time.Second).Unix()}), ada},
		"valid in a moment":            {p.token(t, map[string]any{"nbf": start.Add(20 * time.Second).Unix()}), ada},
	}
	issuer := p.issuer(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := issuer.Verify(t.Context(), c.token)
			if err != nil || got != c.want {
				t.Errorf("identity %+v, error %v, want %+v", got, err, c.want)
			}
		})
	}
}

func TestVerifyRefusesBadTokens(t *testing.T) {
	p := newProvider(t)
	der, err := x509.MarshalPKIXPublicKey(&p.rsa.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	kid := map[string]any{"kid": "rsa-1"}
	good := p.token(t, nil)
	parts := strings.Split(good, ".")
	other := newProvider(t)
	cases := map[string]string{
		"nothing":                    "",
		"no token":                   "hello",
		"three dots":                 "...",
		"alg none":                   sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, kid, p.claims(nil)),
		"alg none, signature left":   sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, kid, p.claims(nil)) + parts[2],
		"no signature":               parts[0] + "." + parts[1] + ".",
		"HS256 with the public key":  sign(t, jwt.SigningMethodHS256, publicPEM, kid, p.claims(nil)),
		"HS256 with its DER":         sign(t, jwt.SigningMethodHS256, der, kid, p.claims(nil)),
		"RS512":                      sign(t, jwt.SigningMethodRS512, p.rsa, kid, p.claims(nil)),
		"PS256":                      sign(t, jwt.SigningMethodPS256, p.rsa, kid, p.claims(nil)),
		"RS256 under the EC key's":   sign(t, jwt.SigningMethodRS256, p.rsa, map[string]any{"kid": "ec-1"}, p.claims(nil)),
		"ES256 under the RSA key's":  sign(t, jwt.SigningMethodES256, p.ec, kid, p.claims(nil)),
		"another's key, our kid":     sign(t, jwt.SigningMethodES256, other.ec, map[string]any{"kid": "ec-1"}, p.claims(nil)),
		"unknown kid":                sign(t, jwt.SigningMethodRS256, p.rsa, map[string]any{"kid": "rsa-2"}, p.claims(nil)),
		"no kid":                     sign(t, jwt.SigningMethodRS256, p.rsa, nil, p.claims(nil)),
		"a critical extension":       sign(t, jwt.SigningMethodRS256, p.rsa, map[string]any{"kid": "rsa-1", "crit": []string{"b64"}}, p.claims(nil)),
		"another issuer":             p.token(t, map[string]any{"iss": "https://evil.example"}),
		"the issuer with a slash":    p.token(t, map[string]any{"iss": p.URL + "/"}),
		"no issuer":                  p.token(t, map[string]any{"iss": nil}),
		"another audience":           p.token(t, map[string]any{"aud": "client-2"}),
		"several, used by another":   p.token(t, map[string]any{"aud": []string{"client-2", audience}, "azp": "client-2"}),
		"several, not said by whom":  p.token(t, map[string]any{"aud": []string{"client-2", audience}}),
		"no audience":                p.token(t, map[string]any{"aud": nil}),
		"client_id is no audience":   p.token(t, map[string]any{"aud": nil, "client_id": audience}),
		"another client's access":    p.token(t, cognitoAccess("client-2")),
		"an access token with aud":   p.token(t, map[string]any{"token_use": "access"}),
		"a token of another use":     p.token(t, map[string]any{"token_use": "refresh"}),
		"expired":                    p.token(t, map[string]any{"exp": start.Add(-31 * time.Second).Unix()}),
		"without an end":             p.token(t, map[string]any{"exp": nil}),
		"not yet valid":              p.token(t, map[string]any{"nbf": start.Add(31 * time.Second).Unix()}),
		"from the future":            p.token(t, map[string]any{"iat": start.Add(time.Minute).Unix()}),
		"nobody":                     p.token(t, map[string]any{"sub": ""}),
		"without a subject":          p.token(t, map[string]any{"sub": nil}),
		"a subject without an end":   p.token(t, map[string]any{"sub": strings.Repeat("a", 256)}),
		"a number for a subject":     p.token(t, map[string]any{"sub": 7}),
		"other claims, old seal":     parts[0] + "." + encode([]byte(`{"iss":"`+p.URL+`","aud":"client-1","sub":"eve","exp":9999999999}`)) + "." + parts[2],
		"a line break behind":        good + "\n",
		"a line break inside":        good[:len(good)-9] + "\r\n" + good[len(good)-9:],
		"padding behind":             good + "=",
		"more than gateways let by":  good + strings.Repeat("a", 10<<10),
		"a fourth part":              good + "." + parts[2],
		"encrypted":                  parts[0] + "." + parts[1] + "." + parts[2] + "." + parts[1] + "." + parts[2],
		"claims that are no object":  resigned(t, p, `[]`),
		"claims that are no JSON":    resigned(t, p, `{`),
		"a header that is no object": encode([]byte(`[]`)) + "." + parts[1] + "." + parts[2],
	}
	issuer := p.issuer(t)
	for name, token := range cases {
		t.Run(name, func(t *testing.T) {
			id, err := issuer.Verify(t.Context(), token)
			if !fault.Is(err, fault.Denied) || id != (tenant.Identity{}) {
				t.Errorf("identity %+v, error %v, want denied", id, err)
			}
		})
	}
}

func cognitoAccess(client string) map[string]any {
	return map[string]any{
		"aud": nil, "email": nil, "email_verified": nil, "name": nil,
		"token_use": "access", "client_id": client, "username": "ada", "scope": "openid", "version": 2,
	}
}

// resigned is a token whose claims are any text, signed well.
func resigned(t *testing.T, p *provider, claims string) string {
	t.Helper()
	head := encode([]byte(`{"alg":"RS256","kid":"rsa-1"}`)) + "." + encode([]byte(claims))
	signature, err := jwt.SigningMethodRS256.Sign(head, p.rsa)
	if err != nil {
		t.Fatal(err)
	}
	return head + "." + encode(signature)
}

// G11: no change of a good token is good.
func TestVerifyRefusesEveryChangedToken(t *testing.T) {
	p := newProvider(t)
	issuer := p.issuer(t)
	good := []string{p.token(t, nil), sign(t, jwt.SigningMethodES256, p.ec, map[string]any{"kid": "ec-1"}, p.claims(nil))}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 10_000 {
		token := changed(good[i%2], random)
		if token == good[i%2] {
			continue
		}
		if id, err := issuer.Verify(t.Context(), token); err == nil {
			t.Fatalf("change %d was accepted as %+v: %s", i, id, token)
		}
	}
	// The last letter of a signature has bits that decoders may overlook.
	for _, letter := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
		token := good[0][:len(good[0])-1] + string(letter)
		if _, err := issuer.Verify(t.Context(), token); (err == nil) != (token == good[0]) {
			t.Errorf("last letter %c: error %v", letter, err)
		}
	}
}

// changed is text with one random change: a letter, a gap, a doubling, or two letters swapped.
func changed(text string, random *rand.Rand) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \r\n\x00é"
	b := []byte(text)
	i, j := random.IntN(len(b)), random.IntN(len(b))
	switch random.IntN(6) {
	case 0:
		b[i] ^= 1 << random.IntN(8)
	case 1:
		b = append(b[:i], b[i+1:]...)
	case 2:
		b = append(b[:i:i], append([]byte{letters[random.IntN(len(letters))]}, b[i:]...)...)
	case 3:
		b[i], b[j] = b[j], b[i]
	case 4:
		b = b[:i]
	default:
		b[i] = letters[random.IntN(len(letters))]
	}
	return string(b)
}

func TestNewIssuerRefusesWhatCannotBeTrusted(t *testing.T) {
	cases := map[string]authorize.Config{
		"http":          {Issuer: "http://login.example.com", Audience: audience},
		"no address":    {Issuer: "login", Audience: audience},
		"nothing":       {Audience: audience},
		"a query":       {Issuer: "https://login.example.com?a=b", Audience: audience},
		"a file":        {Issuer: "file:///etc/passwd", Audience: audience, AllowHTTP: true},
		"no audience":   {Issuer: "https://login.example.com"},
		"no host":       {Issuer: "https://", Audience: audience},
		"unparsable":    {Issuer: "https://[", Audience: audience},
		"with fragment": {Issuer: "https://login.example.com#x", Audience: audience},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := authorize.NewIssuer(c); err == nil {
				t.Error("it was taken")
			}
		})
	}
}
