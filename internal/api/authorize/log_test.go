package authorize_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"bellwether/internal/api/authorize"
	"bellwether/internal/entry"
	"bellwether/internal/obs"
)

// Whatever becomes of a credential, no part of it is logged.
func TestNoCredentialIsLogged(t *testing.T) {
	h := newHouse(t)
	_, _, key := h.newKey(t, 90)
	good := h.provider.token(t, nil)
	down := newProvider(t)
	down.set(func(p *provider) { p.down = true })
	cases := map[string]struct {
		authorizer *authorize.Authorizer
		credential string
	}{
		"a key":              {h.Authorizer, key},
		"no such key":        {h.Authorizer, key[:len(key)-1] + "_"},
		"a token":            {h.Authorizer, good},
		"an expired token":   {h.Authorizer, h.provider.token(t, map[string]any{"exp": start.Add(-time.Hour).Unix()})},
		"claims of odd type": {h.Authorizer, h.provider.token(t, map[string]any{"exp": "sesame-expiry", "sub": "sesame-subject"})},
		"an odd method":      {h.Authorizer, encode([]byte(`{"alg":"sesame-method","kid":"sesame-key"}`)) + "." + strings.SplitN(good, ".", 2)[1]},
		"an unknown key id":  {h.Authorizer, sign(t, jwt.SigningMethodRS256, h.provider.rsa, map[string]any{"kid": "sesame-key"}, h.provider.claims(nil))},
		"an odd kind":        {h.Authorizer, "sesame-credential"},
		"keys out of reach":  {authorize.New(down.issuer(t), h.tenants, down.clock.now), down.token(t, nil)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			payload, err := json.Marshal(map[string]any{"headers": map[string]string{"authorization": "Bearer " + c.credential}})
			if err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			// Its error goes to the log of the platform.
			_, err = entry.Wrap(c.authorizer, "authorize", obs.New(&log), h.provider.clock.now).Invoke(t.Context(), payload)
			text := log.String()
			if err != nil {
				text += err.Error()
			}
			if log.Len() == 0 {
				t.Error("nothing was logged")
			}
			for _, part := range append(strings.Split(c.credential, "."), "sesame") {
				if strings.Contains(text, part) {
					t.Errorf("%q was logged: %s", part, text)
				}
			}
		})
	}
}
