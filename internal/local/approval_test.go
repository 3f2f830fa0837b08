package local

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// approver is an organisation whose rule asks before it pauses, with a campaign that it asks about, and the
// links that came by mail.
func approver(t *testing.T) (r *running, campaign string, link func() string) {
	r = start(t, t.TempDir(), newClock(), func(c *Config) { c.PublicURL = "http://localhost:8080" })
	r.do("PUT", "/v1/me/contacts/email", `{"address":"ada@example.com"}`, 200)
	r.do("PUT", "/v1/me/notifications", `{"rules":[{"channel":"email","from":"low"}]}`, 200)
	for _, s := range r.state().Subscriptions {
		if s.Protocol == "email" {
			r.do("POST", "/_local/subscriptions/"+s.ID+"/confirm", "", 303)
		}
	}
	const rule = `{"name":"Pause spenders","mode":"MODE","currency":"USD","when":{"metric":"spend","days":7,"op":"at_least","value":"10"},"action":{"kind":"pause"}}`
	made := r.do("POST", "/v1/automations", strings.Replace(rule, "MODE", "shadow", 1), 201)
	id := regexp.MustCompile(`"id":"([^"]+)"`).FindStringSubmatch(made)[1]
	r.do("PUT", "/v1/automations/"+id, strings.Replace(rule, "MODE", "approve", 1), 200)
	campaign = r.campaign()
	r.spend(campaign, "21", "20")
	r.drain()
	r.later(time.Minute)
	return r, campaign, func() string {
		t.Helper()
		for _, m := range r.state().Sent {
			if found := regexp.MustCompile(`http://localhost:8080/v1/approvals\?token=\S+`).FindString(m.Text); found != "" && m.To == "ada@example.com" {
				return strings.TrimPrefix(found, "http://localhost:8080")
			}
		}
		t.Fatalf("no letter has a link: %+v", r.state().Sent)
		return ""
	}
}

// browse is what a browser does that knows nobody.
func (r *running) browse(method, target, body string, status int) string {
	r.t.Helper()
	token := r.token
	r.token = ""
	defer func() { r.token = token }()
	return r.do(method, target, body, status, "Content-Type", "application/x-www-form-urlencoded")
}

func answer(link, word string) string {
	token, _ := url.ParseQuery(link[strings.Index(link, "?")+1:])
	return url.Values{"token": {token.Get("token")}, "answer": {word}}.Encode()
}

// A rule asks, its letter has a link, the page behind it answers: once.
func TestApprovalByLink(t *testing.T) {
	r, campaign, letter := approver(t)
	link := letter()
	page := r.browse("GET", link, "", http.StatusOK)
	wantText(t, "the page", html.UnescapeString(page), "Pause spenders", "pause the campaign", `name="answer" value="approve"`, "Decline")
	r.browse("GET", link, "", http.StatusOK) // looking answers nothing
	wantText(t, "the campaign", r.do("GET", campaign, "", 200), `"status":"active"`)
	wantText(t, "the answer", r.browse("POST", "/v1/approvals", answer(link, "approve"), http.StatusOK), "Approved: it is done")
	r.drain()
	wantText(t, "the campaign", r.do("GET", campaign, "", 200), `"status":"paused"`, `"rule:`)
	// The form sent twice is one answer; another answer is too late, and so is the link.
	wantText(t, "once more", r.browse("POST", "/v1/approvals", answer(link, "approve"), http.StatusOK), "Approved: it is done")
	wantText(t, "otherwise", r.browse("POST", "/v1/approvals", answer(link, "decline"), http.StatusConflict), "answered already")
	wantText(t, "the page", r.browse("GET", link, "", http.StatusOK), "answered already")
	wantText(t, "the trail", r.do("GET", "/v1/org/audit", "", 200), `"action":"action.approved"`, `"detail":"by link"`)
	if n := strings.Count(r.do("GET", "/v1/org/audit", "", 200), `"action":"action.approved"`); n != 1 {
		t.Errorf("%d records of one answer", n)
	}
}

func TestDecliningByLink(t *testing.T) {
	r, campaign, letter := approver(t)
	wantText(t, "the answer", r.browse("POST", "/v1/approvals", answer(letter(), "decline"), http.StatusOK), "nothing is changed")
	wantText(t, "the campaign", r.do("GET", campaign, "", 200), `"status":"active"`)
}

// What is not a link of ours, is too old, or is of somebody who may not answer any more, shows one page.
func TestBadApprovalLinks(t *testing.T) {
	r, campaign, letter := approver(t)
	link := letter()
	i := len(link) - 5
	tampered := link[:i] + map[bool]string{true: "B", false: "A"}[link[i] == 'A'] + link[i+1:]
	for name, target := range map[string]string{"tampered": tampered, "none": "/v1/approvals", "empty": "/v1/approvals?token=", "nonsense": "/v1/approvals?token=%00%ff"} {
		for _, method := range []string{"GET", "POST"} {
			body := ""
			if method == "POST" && strings.Contains(target, "?") {
				body = answer(target, "approve")
			}
			if got := r.browse(method, target, body, http.StatusForbidden); !strings.Contains(html.UnescapeString(got), "can't be used") {
				t.Errorf("%s %s: %s", method, name, got)
			}
		}
	}
	r.browse("POST", "/v1/approvals", answer(link, "perhaps"), http.StatusForbidden)
	r.later(25 * time.Hour)
	r.browse("POST", "/v1/approvals", answer(link, "approve"), http.StatusForbidden)
	r.signIn("ada@example.com")
	wantText(t, "the campaign", r.do("GET", campaign, "", 200), `"status":"active"`)
}
