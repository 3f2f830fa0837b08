package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/secret"
)

// cursorTTL is how long a page cursor can be used.
const cursorTTL = 24 * time.Hour

// Cursors seals page cursors to the organisation, the route and the filter that they were made
// for, so that a client can neither read nor change the key inside, nor take it elsewhere.
type Cursors struct {
	Sealer secret.Sealer
	Now    func() time.Time
}

type cursor struct {
	Key     string `json:"k"`
	Expires int64  `json:"x"` // epoch seconds
}

// Next is the cursor to the page behind key, nil on the last page.
func (c Cursors) Next(r *http.Request, key string) (*string, error) {
	if key == "" {
		return nil, nil
	}
	plain, err := json.Marshal(cursor{key, c.Now().Add(cursorTTL).Unix()})
	if err != nil {
		return nil, err
	}
	sealed, err := c.Sealer.Seal(r.Context(), plain, cursorContext(r))
	if err != nil {
		return nil, err
	}
	text := base64.RawURLEncoding.EncodeToString(sealed)
	return &text, nil
}

// After is the key inside the request's cursor, "" without one.
func (c Cursors) After(r *http.Request) (string, error) {
	text := r.URL.Query().Get("cursor")
	if text == "" {
		return "", nil
	}
	bad := fault.New(fault.Invalid, "bad_cursor", "the cursor is not one that this list gave, or is older than a day: begin again without it")
	// The decoder takes a last letter with other spare bits, unless it is strict, and passes over line breaks.
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return "", bad
	}
	return c.open(r.Context(), sealed, cursorContext(r), bad)
}

// Page is the page that the request asks for: how many items, and behind which key.
func (c Cursors) Page(r *http.Request) (limit int, after string, err error) {
	if limit, err = pageLimit(r); err != nil {
		return 0, "", err
	}
	after, err = c.After(r)
	return limit, after, err
}

func (c Cursors) open(ctx context.Context, sealed []byte, context map[string]string, bad error) (string, error) {
	plain, err := c.Sealer.Open(ctx, sealed, context)
	if fault.Is(err, fault.Invalid) {
		return "", bad
	}
	if err != nil {
		return "", err
	}
	var cur cursor
	if err := json.Unmarshal(plain, &cur); err != nil || c.Now().Unix() > cur.Expires {
		return "", bad
	}
	return cur.Key, nil
}

func cursorContext(r *http.Request) map[string]string {
	return map[string]string{"org": Principal(r).OrgID, "principal": Principal(r).ID, "route": r.URL.Path, "filter": filter(r.URL.Query())}
}

// filter is the query without what changes from page to page.
func filter(q url.Values) string {
	q.Del("cursor")
	q.Del("limit")
	return q.Encode()
}
