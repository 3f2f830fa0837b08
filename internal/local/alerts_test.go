package local

import (
	"net/http/httptest"
	"regexp"
	"slices"
	"testing"
	"time"
)

// told is how often a channel told something that holds the text.
func (r *running) told(by, text string) (n int) {
	r.t.Helper()
	st := r.state()
	pattern := regexp.MustCompile(text)
	for _, m := range st.Sent {
		if m.Protocol == by && m.To != "alerts@example.com" && m.To != "+15550100123" && pattern.MatchString(m.Subject+"\n"+m.Text) {
			n++
		}
	}
	for _, m := range st.Taken {
		if m.Kind == by && pattern.MatchString(m.Title) {
			n++
		}
	}
	return n
}

// People are told by their own channels: mail waits for the end of the night, what is critical does not, and
// Slack, Teams and a webhook hear of all.
func TestAlertsReachPeople(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	server := httptest.NewServer(r.Handler())
	defer server.Close()
	for _, kind := range []string{"slack", "teams", "webhook"} {
		language := ""
		if kind == "teams" {
			language = `,"language":"ar"`
		}
		answer := r.do("POST", "/v1/channels", `{"kind":"`+kind+`","name":"`+kind+`","url":"`+server.URL+`/_local/sink/`+kind+`/1"`+language+`}`, 201)
		if kind == "webhook" {
			wantText(t, "the webhook", answer, `"key":"whsec_`)
		}
	}
	// At noon UTC it is one in the morning in Auckland.
	r.do("PUT", "/v1/me/notifications", `{"timeZone":"Pacific/Auckland","quiet":{"from":"22:00","to":"08:00"}}`, 200)
	wantText(t, "a mail address", r.do("PUT", "/v1/me/contacts/email", `{"address":"ada@example.com"}`, 200), `"confirmed":false`)
	wantText(t, "a phone number", r.do("PUT", "/v1/me/contacts/sms", `{"address":"+491701234567"}`, 200), `"confirmed":true`)
	r.do("POST", "/_local/subscriptions/"+r.state().Subscriptions[slices.IndexFunc(r.state().Subscriptions, func(s Subscription) bool { return s.Protocol == "email" })].ID+"/confirm", "", 303)
	wantText(t, "who am I", r.do("GET", "/v1/me/notifications", "", 200), `"address":"ada@example.com","confirmed":true`)

	c := r.campaign()
	r.spend(c, "22", "92")
	r.drain()
	r.later(time.Minute)
	want := func(when string, counts map[string]int, text string) {
		t.Helper()
		for by, n := range counts {
			if got := r.told(by, text); got != n {
				t.Errorf("%s: %s told %q %d times, want %d", when, by, text, got, n)
			}
		}
	}
	want("at 92 %", map[string]int{"email": 0, "sms": 0, "slack": 1, "webhook": 1}, "has used 92.00")
	want("at 92 %", map[string]int{"teams": 1}, "92.00")
	r.spend(c, "23", "8")
	r.drain()
	r.later(time.Minute)
	want("at 100 %", map[string]int{"email": 1, "sms": 0, "slack": 1, "webhook": 1}, `used 100\.00|Bellwether: 100\.00`)
	r.later(5 * time.Minute)
	want("unread for five minutes", map[string]int{"email": 1, "sms": 1}, `used 100\.00|Bellwether: 100\.00`)
	for _, m := range r.state().Taken {
		if m.RTL != (m.Kind == "teams") {
			t.Errorf("%s is right to left: %v", m.Kind, m.RTL)
		}
	}
	r.do("POST", "/v1/inbox/read-all", "", 200)
	r.later(6*time.Hour + 30*time.Minute)
	want("in the night", map[string]int{"email": 0}, "has used 92.00")
	r.later(30 * time.Minute) // 08:00 in Auckland, at 19:00 UTC
	want("in the morning", map[string]int{"email": 1}, "92.00")
	want("in the morning", map[string]int{"email": 1, "sms": 1}, `used 100\.00|Bellwether: 100\.00`)
	r.signIn("ada@example.com")
	ledger := r.do("GET", "/v1/deliveries?limit=100", "", 200)
	wantText(t, "the ledger", ledger, `"state":"sent"`, `"reason":"acknowledged"`, `"outcome":"taken"`)
	page := r.do("GET", "/_local", "", 200)
	wantText(t, "the page", page, "What Slack, Teams and webhooks got (", "استُهلك", "ada@example.com")
}
