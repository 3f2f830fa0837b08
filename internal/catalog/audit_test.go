package catalog_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// unrecorded are the operations that leave no record in the organisation where they are called, and why.
var unrecorded = map[string]string{
	"switchOrg": "the person changes, not the organisation", "createOrg": "it is in the trail of the new one",
	"acceptInvitation": "it is in the trail of the organisation that was joined",
	"readAllNotices":   "a person's own reading", "readNotice": "a person's own reading", "unreadNotice": "a person's own reading",
	"previewAutomation": "nothing is kept of it", "simulateBudget": "nothing is kept of it",
	"archiveNotice": "a person's own reading", "unarchiveNotice": "a person's own reading", "snoozeNotice": "a person's own reading",
}

// trail is how many records the organisation's audit trail has, and the newest.
func (w *world) trail(t testing.TB, query string) (n int, newest map[string]any) {
	t.Helper()
	a := w.call(t, &w.ours.owner, request{method: "GET", path: "/v1/org/audit", query: query})
	var page struct{ Items []map[string]any }
	if err := json.Unmarshal([]byte(a.Body), &page); err != nil || a.Status != http.StatusOK {
		t.Fatalf("the audit trail: %d %s", a.Status, a.Body)
	}
	if len(page.Items) == 0 {
		return 0, nil
	}
	return len(page.Items), page.Items[0]
}

// Every change leaves one record, found by what was changed and by who did it; a repeat of the request leaves
// none, and neither does a request that is refused.
func TestEveryMutationIsRecordedOnce(t *testing.T) {
	s, asked := newSeed(t), 0
	for _, o := range operations(t) {
		if o.public || o.method == http.MethodGet || states[o.id] >= http.StatusBadRequest {
			continue
		}
		t.Run(o.pattern(), func(t *testing.T) {
			w := s.open(t)
			r := example(o, w.ours, w)
			switch o.id { // so that there is something to change
			case "changeRole":
				r.body = `{"role":"analyst"}`
			case "dropTracker":
				set := request{method: "PUT", path: "/v1/org/tracker", body: `{"kind":"github","project":"acme/shop","token":"t"}`, header: r.header}
				if a := w.call(t, &w.ours.owner, set); a.Status != http.StatusOK {
					t.Fatalf("PUT tracker: %d %s", a.Status, a.Body)
				}
			}
			before, _ := w.trail(t, "limit=100")
			refused := r
			refused.body, refused.header = `{"unheardOf":1}`, map[string]string{"content-type": "application/json"}
			if r.body != "" && r.header["content-type"] == "application/json" {
				w.call(t, &w.ours.owner, refused)
			}
			if n, _ := w.trail(t, "limit=100"); n != before {
				t.Fatalf("a refused request left %d records", n-before)
			}
			r.header["idempotency-key"] = "once"
			for range 2 {
				a := w.call(t, &w.ours.owner, r)
				if o.method == http.MethodPost && a.Status >= 300 && !strings.Contains(a.Body, "shown_once") {
					t.Fatalf("status %d: %s", a.Status, a.Body)
				}
				if o.method != http.MethodPost {
					break // only a POST has a key
				}
			}
			n, newest := w.trail(t, "limit=100")
			want := 1
			if unrecorded[o.id] != "" {
				want = 0
			}
			if n != before+want {
				t.Fatalf("%d records more, want %d", n-before, want)
			}
			if want == 0 {
				return
			}
			for _, query := range []string{"subject=" + newest["subject"].(string), "actor=" + newest["actor"].(string)} {
				if _, found := w.trail(t, query); found["id"] != newest["id"] {
					t.Errorf("by %s the newest is %v, want %v", query, found, newest)
				}
			}
			if newest["actor"] != w.ours.owner.Actor {
				t.Errorf("it was %v", newest["actor"])
			}
			asked++
		})
	}
	if asked < 40 {
		t.Errorf("only %d operations", asked)
	}
}
