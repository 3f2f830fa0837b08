package recommendations_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/api/recommendations"
	"bellwether/internal/event"
	"bellwether/internal/money"
	"bellwether/internal/recommendation"
	"bellwether/internal/secret"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
)

const campaignID, otherID = "0198f1c2-9d00-7b21-8c4f-5d6e7f8a9b0c", "0198f1c2-9d00-7b21-8c4f-5d6e7f8a9b0d"

var (
	ada   = tenant.Principal{ID: "ada", OrgID: "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b", Role: tenant.Manager, Actor: "user/ada"}
	eve   = tenant.Principal{ID: "eve", OrgID: "0198f1c2-6b00-7a10-8b3e-ffffffffffff", Role: tenant.Owner, Actor: "user/eve"}
	start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

// house is the API over a real store with three recommendations.
type house struct {
	http.Handler
	t     *testing.T
	now   time.Time
	table store.Table
	ids   map[recommendation.Kind]string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, now: start, ids: map[recommendation.Kind]string{}}
	clock := func() time.Time { return h.now }
	table, err := bolt.Open(filepath.Join(t.TempDir(), "table.db"), bolt.Options{Now: clock, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	h.table = table
	random := rand.NewChaCha8([32]byte{1})
	sealer, err := local.New(secret.NewText("0123456789abcdef0123456789abcdef"), random)
	if err != nil {
		t.Fatal(err)
	}
	for n, kind := range []recommendation.Kind{recommendation.LowCTR, recommendation.BudgetShift, recommendation.Overspend} {
		h.offer(kind, []string{campaignID, campaignID, otherID}[n])
		h.now = h.now.Add(time.Hour)
	}
	manners := api.Manners{Requests: store.Requests{Table: table}, Now: clock, Random: random}
	h.Handler = manners.Handler(recommendations.API{
		Recommendations: store.Recommendations{Table: table}, Cursors: api.Cursors{Sealer: sealer, Now: clock},
	}.Routes()...)
	return h
}

func (h *house) offer(kind recommendation.Kind, about string) {
	h.t.Helper()
	h.ids[kind] = recommendation.ID(ada.OrgID, about, kind, "2026-W48")
	r := recommendation.Recommendation{
		ID: h.ids[kind], OrgID: ada.OrgID, Kind: kind, CampaignID: about, CampaignName: "Autumn sale", Week: "2026-W48", From: "2026-11-16", To: "2026-11-22",
		Currency: "JPY", Confidence: recommendation.High, State: recommendation.Open, CreatedAt: h.now, UpdatedAt: h.now, ExpiresAt: h.now.Add(recommendation.TTL),
		Evidence: []recommendation.Figure{
			{Name: "impressions", Value: 70_000, Unit: recommendation.Count}, {Name: "ctr", Value: 6_000, Unit: recommendation.Ratio},
			{Name: "conversions", Value: 5_500_000, Unit: recommendation.Conversions},
		},
		Effect: recommendation.Effect{Key: recommendation.EffectSaved, Value: 1_500 * money.Micro, Unit: recommendation.Money},
	}
	if err := (store.Recommendations{Table: h.table}).Offer(h.t.Context(), r, nil, event.Edge(event.Derive("metrics", r.ID), "listener/x", h.now)); err != nil {
		h.t.Fatal(err)
	}
}

// do makes a request and reads the answer into out, strictly.
func (h *house) do(p tenant.Principal, want int, out any, method, path, body string) string {
	h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(tenant.WithPrincipal(r.Context(), p)))
	if w.Code != want {
		h.t.Fatalf("%s %s %s: status %d, want %d: %s", method, path, body, w.Code, want, w.Body)
	}
	text := w.Body.String()
	if out != nil {
		d := json.NewDecoder(w.Body)
		d.DisallowUnknownFields()
		if err := d.Decode(out); err != nil {
			h.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return text
}

// list is the kinds that are listed, one a page.
func (h *house) list(p tenant.Principal, query string) (kinds []string) {
	h.t.Helper()
	base := "/v1/recommendations?limit=1&" + query
	for path, n := base, 0; path != "" && n < 9; n++ {
		var page api.RecommendationPage
		h.do(p, http.StatusOK, &page, "GET", path, "")
		for _, r := range page.Items {
			kinds = append(kinds, r.Kind)
		}
		path = ""
		if page.Next != nil {
			path = base + "&cursor=" + *page.Next
		}
	}
	return kinds
}

func (h *house) answer(want int, kind recommendation.Kind, how, body string) (r api.Recommendation) {
	h.t.Helper()
	out := &r
	if want != http.StatusOK {
		out = nil
	}
	path := "/v1/recommendations/" + h.ids[kind] + "/" + how
	if out == nil {
		h.do(ada, want, nil, "POST", path, body)
		return r
	}
	h.do(ada, want, out, "POST", path, body)
	return r
}

func TestReadingRecommendations(t *testing.T) {
	h := newHouse(t)
	var r api.Recommendation
	h.do(ada, http.StatusOK, &r, "GET", "/v1/recommendations/"+h.ids[recommendation.LowCTR], "")
	if r.State != "open" || r.Version != 1 || r.Effect != (api.RecommendationFigure{Name: "spend_saved", Value: "1500", Unit: "money"}) || r.PlacementIds == nil {
		t.Errorf("%+v", r)
	}
	if got := []string{r.Evidence[0].Value, r.Evidence[1].Value, r.Evidence[2].Value}; !slices.Equal(got, []string{"70000", "0.006", "5.5"}) {
		t.Errorf("evidence %v", got)
	}
	for query, want := range map[string][]string{
		"": {"overspend", "budget_shift", "low_ctr"}, "state=open&campaignId=" + campaignID: {"budget_shift", "low_ctr"},
		"state=accepted": nil, "state=expired": nil, "campaignId=0198f1c2-9d00-7b21-8c4f-5d6e7f8a9b0e": nil,
	} {
		if got := h.list(ada, query); !slices.Equal(got, want) {
			t.Errorf("%q lists %v, want %v", query, got, want)
		}
	}
	if got := h.list(eve, ""); got != nil {
		t.Errorf("another organisation's: %v", got)
	}
	for query, field := range map[string]string{"state=new": "state", "campaignId=x": "campaignId", "kind=low_ctr": "kind"} {
		if body := h.do(ada, http.StatusUnprocessableEntity, nil, "GET", "/v1/recommendations?"+query, ""); !strings.Contains(body, `"`+field+`"`) {
			t.Errorf("%s: %s", query, body)
		}
	}
	h.do(eve, http.StatusNotFound, nil, "GET", "/v1/recommendations/"+h.ids[recommendation.LowCTR], "")
	h.do(eve, http.StatusNotFound, nil, "POST", "/v1/recommendations/"+h.ids[recommendation.LowCTR]+"/accept", "")
	h.do(ada, http.StatusNotFound, nil, "GET", "/v1/recommendations/x", "")
}

func TestAnswering(t *testing.T) {
	h := newHouse(t)
	for range 2 { // the second changes nothing
		if r := h.answer(http.StatusOK, recommendation.LowCTR, "accept", ""); r.State != "accepted" || r.Version != 2 || r.Answer == nil || r.Answer.By != "user/ada" {
			t.Errorf("%+v", r)
		}
		h.now = h.now.Add(time.Minute)
	}
	if r := h.answer(http.StatusOK, recommendation.BudgetShift, "dismiss", `{"reason":"it is the season"}`); r.State != "dismissed" || *r.Answer.Reason != "it is the season" {
		t.Errorf("%+v", r)
	}
	h.answer(http.StatusConflict, recommendation.BudgetShift, "accept", "")
	h.answer(http.StatusConflict, recommendation.BudgetShift, "done", "")
	h.answer(http.StatusUnprocessableEntity, recommendation.LowCTR, "dismiss", `{"reason":"`+strings.Repeat("x", 501)+`"}`)
	h.answer(http.StatusUnprocessableEntity, recommendation.LowCTR, "accept", `{"reason":"x"}`)
	if r := h.answer(http.StatusOK, recommendation.LowCTR, "done", "{}"); r.State != "done" || r.Version != 3 {
		t.Errorf("%+v", r)
	}
	h.now = start.Add(2*time.Hour + recommendation.TTL) // the last one expires
	h.answer(http.StatusConflict, recommendation.Overspend, "accept", "")
	if got := h.list(ada, "state=expired"); !slices.Equal(got, []string{"overspend"}) {
		t.Errorf("expired are %v", got)
	}
	if got := h.list(ada, "state=done"); !slices.Equal(got, []string{"low_ctr"}) {
		t.Errorf("done are %v", got)
	}
}

// Each answer is in the audit trail once, however often it is given.
func TestAnswersAreAudited(t *testing.T) {
	h := newHouse(t)
	for _, how := range []string{"accept", "accept", "done"} {
		h.answer(http.StatusOK, recommendation.LowCTR, how, "")
		h.now = h.now.Add(time.Minute)
	}
	h.answer(http.StatusConflict, recommendation.LowCTR, "dismiss", "")
	trail, _, err := (store.Audit{Table: h.table}).List(t.Context(), ada.OrgID, store.AuditFilter{Subject: "recommendation/" + h.ids[recommendation.LowCTR]}, 10, "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range trail {
		got = append(got, r.Actor+" "+r.Action)
	}
	if !slices.Equal(got, []string{"user/ada recommendation.done", "user/ada recommendation.accepted"}) {
		t.Errorf("%q", got)
	}
}
