package authorize

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"bellwether/internal/fault"
	"bellwether/internal/tenant"
)

const (
	// leeway is how far the issuer's clock and ours may be apart.
	leeway = 30 * time.Second
	// maxToken is longer than any token that fits in a gateway's headers.
	maxToken = 10 << 10
	// maxSubject is the longest subject that OpenID Connect allows.
	maxSubject = 255
)

// Issuer verifies the tokens of one OpenID Connect issuer, for one audience: a Cognito user pool
// and its app client, or any other.
type Issuer struct {
	url      string
	audience string
	keys     *keySet
	parser   *jwt.Parser
}

var _ Verifier = (*Issuer)(nil)

// Config says whose tokens are good.
type Config struct {
	Issuer    string // as the claim iss has it: "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbC"
	Audience  string // the client's id
	AllowHTTP bool   // for the local runner's own issuer only
	HTTP      *http.Client
	Now       func() time.Time
}

// NewIssuer makes a verifier. It fetches nothing yet.
func NewIssuer(c Config) (*Issuer, error) {
	u, err := url.Parse(c.Issuer)
	switch {
	case err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("the issuer must be a URL like https://login.example.com")
	case u.Scheme != "https" && !(c.AllowHTTP && u.Scheme == "http"):
		return nil, errors.New("the issuer must be reached by https")
	case c.Audience == "":
		return nil, errors.New("without an audience, the tokens of every client of the issuer would be good")
	}
	return &Issuer{
		url: c.Issuer, audience: c.Audience, keys: newKeySet(c),
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg(), jwt.SigningMethodES256.Alg()}),
			jwt.WithIssuer(c.Issuer), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
			jwt.WithLeeway(leeway), jwt.WithTimeFunc(c.Now),
			// Without it, a token whose last letter has other spare bits would be as good.
			jwt.WithStrictDecoding(),
		),
	}, nil
}

// claims are those that matter here, of an ID token or of one of Cognito's access tokens.
type claims struct {
	jwt.RegisteredClaims
	AuthorizedParty string `json:"azp"`
	TokenUse        string `json:"token_use"` // Cognito: "id" or "access"
	ClientID        string `json:"client_id"` // Cognito's access tokens have it in place of aud
	Email           string `json:"email"`
	EmailVerified   flag   `json:"email_verified"`
	Name            string `json:"name"`
}

// flag is a boolean that some providers write as a text.
type flag bool

func (f *flag) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	*f = v == true || v == "true"
	return nil
}

// notInToken reports letters that no token has. Line breaks are the ones that matter: Go's decoder
// of base64 passes over them, so that a changed token would be good.
func notInToken(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
}

// Verify implements Verifier.
func (i *Issuer) Verify(ctx context.Context, token string) (tenant.Identity, error) {
	if len(token) > maxToken || strings.ContainsFunc(token, notInToken) {
		return tenant.Identity{}, denied("no token")
	}
	var c claims
	var unknown error // when a key can't be fetched, the token is neither good nor bad
	_, err := i.parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		key, err := i.keyFor(ctx, t)
		if err != nil && !fault.Is(err, fault.Denied) {
			unknown = err
		}
		return key, err
	})
	switch {
	case unknown != nil:
		return tenant.Identity{}, unknown
	case err != nil:
		return tenant.Identity{}, denied(reason(err))
	case !i.isFor(c):
		return tenant.Identity{}, denied("token for another audience")
	case c.Subject == "" || len(c.Subject) > maxSubject:
		return tenant.Identity{}, denied("token without a subject")
	}
	return i.identity(c), nil
}

func (i *Issuer) identity(c claims) tenant.Identity {
	id := tenant.Identity{UserID: tenant.UserID(i.url, c.Subject), Name: strings.TrimSpace(c.Name)}
	if email, err := tenant.CleanEmail(c.Email); err == nil {
		id.Email, id.EmailVerified = email, bool(c.EmailVerified)
	}
	return id
}

func (i *Issuer) keyFor(ctx context.Context, t *jwt.Token) (any, error) {
	if _, ok := t.Header["crit"]; ok {
		return nil, denied("token with extensions that must be understood")
	}
	kid, _ := t.Header["kid"].(string)
	key, err := i.keys.find(ctx, kid)
	if err != nil {
		return nil, err
	}
	// The key says what it is for, never the token: else an RSA key could be taken for something else.
	if key.alg != t.Method.Alg() {
		return nil, denied("token signed by another algorithm than its key's")
	}
	return key.public, nil
}

// isFor reports whether the token was made for our client. Cognito's access tokens have no aud
// but a client_id; a token that has an aud is judged by it alone.
func (i *Issuer) isFor(c claims) bool {
	if len(c.Audience) == 0 {
		return c.TokenUse == "access" && c.ClientID == i.audience
	}
	if len(c.Audience) > 1 && c.AuthorizedParty != i.audience {
		return false // OpenID Connect Core 3.1.3.7
	}
	return slices.Contains(c.Audience, i.audience) && (c.TokenUse == "" || c.TokenUse == "id")
}

// reason is a word for the log; the library's texts may quote the token.
func reason(err error) string {
	for target, word := range map[error]string{
		jwt.ErrTokenExpired: "token expired", jwt.ErrTokenNotValidYet: "token not valid yet",
		jwt.ErrTokenUsedBeforeIssued: "token from the future", jwt.ErrTokenInvalidIssuer: "token of another issuer",
		jwt.ErrTokenSignatureInvalid: "token badly signed", jwt.ErrTokenMalformed: "token malformed",
	} {
		if errors.Is(err, target) {
			return word
		}
	}
	return fmt.Sprintf("token refused (%s)", fault.KindOf(err))
}
