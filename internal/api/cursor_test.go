package api_test

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/fault"
	"bellwether/internal/secret"
	"bellwether/internal/secret/local"
	"bellwether/internal/tenant"
)

func cursors(t *testing.T, now *time.Time) api.Cursors {
	t.Helper()
	sealer, err := local.New(secret.NewText("0123456789abcdef0123456789abcdef"), rand.NewChaCha8([32]byte{2}))
	if err != nil {
		t.Fatal(err)
	}
	return api.Cursors{Sealer: sealer, Now: func() time.Time { return *now }}
}

func page(p tenant.Principal, path, cursor string) *http.Request {
	r := httptest.NewRequest("GET", path, nil)
	if cursor != "" {
		q := r.URL.Query()
		q.Set("cursor", cursor)
		r.URL.RawQuery = q.Encode()
	}
	return r.WithContext(tenant.WithPrincipal(r.Context(), p))
}

func TestCursors(t *testing.T) {
	now := start
	c := cursors(t, &now)
	const key = "20261130T120000.000000Z#id"
	next, err := c.Next(page(ada, "/v1/alerts?limit=10&status=open", ""), key)
	if err != nil || next == nil {
		t.Fatal(next, err)
	}
	if last, err := c.Next(page(ada, "/v1/alerts", ""), ""); last != nil || err != nil {
		t.Errorf("on the last page %v, error %v", last, err)
	}
	if first, err := c.After(page(ada, "/v1/alerts", "")); first != "" || err != nil {
		t.Errorf("on the first page %q, error %v", first, err)
	}
	eve, elsewhere := ada, ada
	eve.ID, elsewhere.OrgID = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4aff", "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4aff"
	cases := map[string]struct {
		request *http.Request
		age     time.Duration
		good    bool
	}{
		"as given":             {page(ada, "/v1/alerts?limit=10&status=open", *next), 0, true},
		"another limit, order": {page(ada, "/v1/alerts?status=open&limit=5", *next), 0, true},
		"for nearly a day":     {page(ada, "/v1/alerts?status=open", *next), 24*time.Hour - time.Second, true},
		"after a day":          {page(ada, "/v1/alerts?status=open", *next), 24*time.Hour + time.Second, false},
		"another filter":       {page(ada, "/v1/alerts?status=shut", *next), 0, false},
		"no filter":            {page(ada, "/v1/alerts", *next), 0, false},
		"another route":        {page(ada, "/v1/events?status=open", *next), 0, false},
		"another person":       {page(eve, "/v1/alerts?status=open", *next), 0, false},
		"another organisation": {page(elsewhere, "/v1/alerts?status=open", *next), 0, false},
		"cut short":            {page(ada, "/v1/alerts?status=open", (*next)[:20]), 0, false},
		"made up":              {page(ada, "/v1/alerts?status=open", "hello"), 0, false},
		"the key itself":       {page(ada, "/v1/alerts?status=open", key), 0, false},
		"padding behind":       {page(ada, "/v1/alerts?status=open", *next+"="), 0, false},
		"a line break behind":  {page(ada, "/v1/alerts?status=open", *next+"\n"), 0, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			now = start.Add(tc.age)
			got, err := c.After(tc.request)
			if tc.good && (err != nil || got != key) {
				t.Errorf("%q, error %v", got, err)
			}
			if e, ok := err.(*fault.Error); !tc.good && (!ok || e.Code != "bad_cursor" || got != "") {
				t.Errorf("%q, error %v, want bad_cursor", got, err)
			}
		})
	}
}

// G11: no changed cursor is accepted.
func TestNoChangedCursorIsAccepted(t *testing.T) {
	now := start
	c := cursors(t, &now)
	next, err := c.Next(page(ada, "/v1/alerts", ""), "some key")
	if err != nil {
		t.Fatal(err)
	}
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=\r\n"
	random := rand.New(rand.NewPCG(5, 6))
	for range 10_000 {
		b := []byte(*next)
		for range 1 + random.IntN(3) {
			i := random.IntN(len(b))
			switch random.IntN(3) {
			case 0:
				b[i] = letters[random.IntN(len(letters))]
			case 1:
				b = append(b[:i:i], append([]byte{letters[random.IntN(len(letters))]}, b[i:]...)...)
			default:
				b = b[:max(i, 1)]
			}
		}
		if string(b) == *next {
			continue
		}
		if got, err := c.After(page(ada, "/v1/alerts?cursor="+url.QueryEscape(string(b)), "")); err == nil {
			t.Fatalf("%q was accepted as %q", b, got)
		}
	}
}
