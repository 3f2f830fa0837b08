package catalog_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"bellwether/internal/event"
	"bellwether/internal/tenant"
)

// requestsEnv says how many requests TestHostileRequests sends; the goal G10 counts 100,000.
const requestsEnv = "HOSTILE_REQUESTS"

// freshEvery is how many requests use up a world: keys get revoked, campaigns archived.
const freshEvery = 500

// G10: whatever is sent, there is an answer that openapi.yaml has, none of them our fault, and the
// other organisation stays as it is.
func TestHostileRequests(t *testing.T) {
	count := 3_000
	if text := os.Getenv(requestsEnv); text != "" {
		var err error
		if count, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	seed, ops := newSeed(t), operations(t)
	m := mutator{rand.New(rand.NewPCG(7, uint64(count)))}
	statuses := map[int]int{}
	for first := 0; first < count; first += freshEvery {
		w := seed.open(t)
		before := w.footprint(t, w.theirs.org)
		for i := range min(freshEvery, count-first) {
			o := ops[m.IntN(len(ops))]
			p, r := m.principal(w), m.request(o, w)
			a := w.call(t, p, r)
			statuses[a.Status]++
			if unrouted(a) {
				continue // a path that no operation has; the gateway would not even ask
			}
			if fault := o.check(a); a.Status >= 500 || fault != "" {
				t.Fatalf("request %d: %s by %+v\n%+v\nstatus %d: %s\n%s", first+i, o.pattern(), p, r, a.Status, fault, a.Body)
			}
		}
		if w.footprint(t, w.theirs.org) != before {
			t.Fatalf("request %d or later: something changed in the other organisation", first)
		}
	}
	t.Logf("%d requests: %v", count, statuses)
}

func unrouted(a answer) bool {
	return strings.Contains(a.Body, `"no_such_route"`) || strings.Contains(a.Body, `"method_not_allowed"`)
}

// mutator makes requests that are nearly good.
type mutator struct{ *rand.Rand }

func pick[T any](m mutator, list ...T) T { return list[m.IntN(len(list))] }

func (m mutator) principal(w *world) *tenant.Principal {
	p := w.ours.owner
	switch m.IntN(12) {
	case 0:
		return nil
	case 1:
		p.OrgID, p.Role = "", ""
	case 2:
		p = tenant.Principal{ID: w.ours.key, OrgID: w.ours.org, Role: tenant.Admin, Actor: "key/" + w.ours.key}
	case 3:
		p.Role = pick(m, tenant.Viewer, tenant.Analyst, tenant.Manager, tenant.Admin)
	}
	return &p
}

func (m mutator) request(o operation, w *world) request {
	ids := w.ours
	switch m.IntN(8) {
	case 0:
		ids = w.theirs
	case 1:
		odd := m.text()
		ids = tenancy{org: odd, campaign: odd, member: odd, invitation: odd, key: odd, notice: odd, integration: odd, connection: odd, post: odd, target: odd, channel: odd, alert: odd, delivery: odd, contact: odd, letter: odd, rule: odd, action: odd, recommendation: odd}
	}
	r := example(o, ids, w)
	r.path = (&url.URL{Path: r.path}).EscapedPath()
	if o.id == "acceptInvitation" {
		r.body = `{"token":"` + event.Derive(m.text()) + `"}` // the good one would rightly change the other organisation
	}
	for range m.IntN(3) {
		r.body = m.changeBody(r.body)
	}
	if m.IntN(3) == 0 {
		r.query = m.query(r.query)
	}
	if m.IntN(4) == 0 {
		r.header["if-match"] = pick(m, `"1"`, `"2"`, "*", `W/"1"`, "", "x", `"9999999999999999999"`, m.text())
	}
	if m.IntN(4) == 0 {
		r.header["idempotency-key"] = pick(m, "a", "b", "c", m.text(), strings.Repeat("k", 300))
	}
	if m.IntN(8) == 0 {
		r.header["content-type"] = pick(m, "", "text/csv", "application/json", "text/plain", "multipart/form-data", m.text())
	}
	return r
}

// changeBody changes a value of the JSON, or the text itself.
func (m mutator) changeBody(body string) string {
	var value any
	if m.IntN(4) > 0 && json.Unmarshal([]byte(body), &value) == nil {
		if b, err := json.Marshal(m.changeValue(value)); err == nil {
			return string(b)
		}
	}
	if body == "" {
		return pick(m, "", "{}", "[]", "null", "{", m.text())
	}
	b := []byte(body)
	i := m.IntN(len(b))
	switch m.IntN(4) {
	case 0:
		b[i] = byte(m.IntN(256))
	case 1:
		b = b[:i]
	case 2:
		b = append(b[:i:i], append([]byte(m.text()), b[i:]...)...)
	default:
		b = append(b, b...)
	}
	return string(b)
}

func (m mutator) changeValue(value any) any {
	switch v := value.(type) {
	case map[string]any:
		if m.IntN(6) == 0 {
			v[pick(m, "extra", "id", "orgId", "role", "", m.text())] = m.value()
			return v
		}
		for name := range v {
			if m.IntN(len(v)) == 0 {
				if v[name] = m.changeValue(v[name]); m.IntN(5) == 0 {
					delete(v, name)
				}
				return v
			}
		}
		return v
	case []any:
		if len(v) > 0 && m.IntN(3) > 0 {
			i := m.IntN(len(v))
			v[i] = m.changeValue(v[i])
			return v
		}
		if len(v) > 0 && m.IntN(2) == 0 {
			return append(v, v[0])
		}
	}
	return m.value()
}

func (m mutator) value() any {
	return pick[any](m, nil, true, false, 0, -1, 1, 1.5, 100, 1e18, 1e300, json.Number("9223372036854775808"), json.Number("-0"), json.Number("1e999"),
		"", "0", "-1", "1", "10.123456", "10.1234567", "99999999999999999999", "9223372036854.775807", "1e3", "NaN", "USD", "JPY", "usd", "XXX",
		"2026-11-29", "2026-02-30", "0000-00-00", "9999-12-31", "2026-11-30T12:00:00Z", "Europe/Berlin", "../etc", "monthly", "owner", "viewer",
		[]any{}, []any{nil}, []any{1, 2, 3}, []any{1, 1}, []any{"a"}, map[string]any{}, map[string]any{"amount": "1", "currency": "USD"}, m.text(), m.text(), m.text())
}

func (m mutator) text() string {
	return pick(m, "a", " ", "\x00", "\n", "é", "😀", "\u202e", "#", "/", "%2F", "..", "'; DROP TABLE", "<script>", "ORG#x#", "\U0010ffff", "null",
		strings.Repeat("a", 201), strings.Repeat("é", 2001), event.Derive("some"), strings.Repeat("z", 70_000), string([]byte{0xff, 0xfe}))
}

func (m mutator) query(query string) string {
	q, _ := url.ParseQuery(query)
	for range 1 + m.IntN(2) {
		name := pick(m, "limit", "cursor", "from", "to", "min_version", "unread", "archived", "month", "subject", "correlationId",
			"date", "spend", "clicks", "severity", "category", "snoozed", "alertId", "listener", "dateFormat", "where", "duplicates", "dryRun", "asOf", "placement", "revenue", "status", "state", "code", "error", "hub.mode", "hub.verify_token", "hub.challenge", "challengeCode", "x")
		q.Set(name, pick(m, "", "1", "0", "-1", "100", "101", "abc", "true", "day", "cost", "sum", "reject", "DD-MM-YYYY", "day=2026-11-27", "=",
			"2026-11", "2026-11-01", "2026-11-30T12:00:00Z", "9999-99-99", event.Derive("x")+".1", ".1", "campaign/"+event.Derive("x"), m.text()))
	}
	if m.IntN(10) == 0 {
		return pick(m, "%zz", "a;b", "&&&", "=", "limit=1&limit=2", "cursor=%00")
	}
	return q.Encode()
}
