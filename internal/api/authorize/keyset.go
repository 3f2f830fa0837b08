package authorize

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"bellwether/internal/fault"
)

const (
	// keysFresh is how long fetched keys are used without asking again.
	keysFresh = time.Hour
	// keysUsable is how long they are used while the issuer can't be reached.
	keysUsable = 24 * time.Hour
	// fetchPause is the least time between two fetches: tokens with made-up key ids must not
	// make us a burden to the issuer.
	fetchPause   = time.Minute
	fetchTimeout = 3 * time.Second
	maxDocument  = 1 << 20
)

// keySet is an issuer's signing keys, fetched when they are needed. It is safe for concurrent use.
type keySet struct {
	issuer    string
	allowHTTP bool
	client    http.Client
	now       func() time.Time

	mu        sync.Mutex
	keys      map[string]signingKey
	fetchedAt time.Time
	triedAt   time.Time
}

func newKeySet(c Config) *keySet {
	k := &keySet{issuer: c.Issuer, allowHTTP: c.AllowHTTP, now: c.Now}
	if c.HTTP != nil {
		k.client = *c.HTTP
	}
	k.client.Timeout = fetchTimeout
	// The issuer's address was configured; where it would send us was not.
	k.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return k
}

// find is the key of that id: fault.Denied when the issuer has none, Retryable when it can't be asked.
func (k *keySet) find(ctx context.Context, kid string) (signingKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	key, known := k.keys[kid]
	if known && now.Sub(k.fetchedAt) < keysFresh {
		return key, nil
	}
	var err error
	if now.Sub(k.triedAt) >= fetchPause {
		k.triedAt = now
		err = k.fetch(ctx)
		key, known = k.keys[kid]
	}
	switch {
	case known && now.Sub(k.fetchedAt) < keysUsable:
		return key, nil
	case err != nil || k.keys == nil || now.Sub(k.fetchedAt) >= keysUsable:
		return signingKey{}, fault.Wrap(errors.Join(err, errNoKeys), fault.Retryable, "issuer_unreachable", "the identity provider's keys could not be read")
	default:
		return signingKey{}, denied("token signed with an unknown key")
	}
}

var errNoKeys = errors.New("no usable keys")

// fetch replaces the keys by those that the issuer publishes now; on failure they stay.
func (k *keySet) fetch(ctx context.Context) error {
	var provider struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := k.get(ctx, strings.TrimSuffix(k.issuer, "/")+"/.well-known/openid-configuration", &provider); err != nil {
		return err
	}
	if provider.Issuer != k.issuer {
		return fmt.Errorf("the provider at %s calls itself %q", k.issuer, provider.Issuer)
	}
	if u, err := url.Parse(provider.Keys); err != nil || (u.Scheme != "https" && !(k.allowHTTP && u.Scheme == "http")) {
		return fmt.Errorf("the provider's keys are at %q", provider.Keys)
	}
	var set struct {
		Keys []webKey `json:"keys"`
	}
	if err := k.get(ctx, provider.Keys, &set); err != nil {
		return err
	}
	keys := make(map[string]signingKey, len(set.Keys))
	for _, w := range set.Keys {
		// A key that we can't use (for encryption, of another kind) is no reason to refuse the others.
		if key, err := w.signingKey(); err == nil {
			keys[w.ID] = key
		}
	}
	k.keys, k.fetchedAt = keys, k.now()
	return nil
}

func (k *keySet) get(ctx context.Context, address string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	resp, err := k.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %d", address, resp.StatusCode)
	}
	return json.NewDecoder(io.LimitReader(resp.Body, maxDocument)).Decode(into)
}
