package local

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"bellwether/internal/channel"
	"bellwether/internal/channel/mail"
)

// The page shows the first of many, escaped, and asks nothing of anybody else.
func TestPage(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	var many []Sent
	for i := range onPage + 20 {
		many = append(many, Sent{Protocol: "email", To: "a@example.com", Subject: fmt.Sprintf("<b>%d</b>", i), At: r.clock.Now()})
	}
	if err := r.journal.send(many...); err != nil {
		t.Fatal(err)
	}
	w := r.send("GET", "/_local", "")
	page := w.Body.String()
	wantText(t, "the page", page, "(120)", "&lt;b&gt;119&lt;/b&gt;", "The others are in the JSON")
	for _, bad := range []string{"<b>", "&lt;b&gt;19&lt;", "http://", "https://", "<script"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %s", bad)
		}
	}
	wantText(t, "its policy", w.Header().Get("Content-Security-Policy"), "default-src 'none'")

	var state map[string]any
	if err := json.Unmarshal([]byte(r.do("GET", "/_local/state", "", 200)), &state); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sent", "deadLetters", "parked", "timers", "waiting"} {
		if _, ok := state[name].([]any); !ok {
			t.Errorf("%s is %v, want a list", name, state[name])
		}
	}
	if n := len(state["sent"].([]any)); n != onPage+20 {
		t.Errorf("the JSON has %d messages", n)
	}
}

// iframe is a mail's page within ours: it may run nothing and lead nowhere.
var iframe = regexp.MustCompile(`<iframe sandbox title="([^"]*)" loading="lazy" srcdoc="([^"]*)"></iframe>`)

// A mail is shown as its page, apart from ours, whatever it says.
func TestAMailIsShownApart(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	l := channel.Letter{ID: "d-1", Title: `"></iframe><b>`, Lines: []string{"<script>alert(1)</script>"}, Language: "ar", Link: "https://app.example/"}
	people := localPeople{r.System}
	for _, protocol := range []string{channel.Email, channel.SMS} {
		id, _, err := people.Subscribe(t.Context(), "ada", protocol, protocol+"@example.com")
		if err == nil {
			_, err = r.journal.confirm(id)
		}
		if err == nil {
			err = people.Send(t.Context(), "ada", protocol, l)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	page := r.send("GET", "/_local", "").Body.String()
	found := iframe.FindAllStringSubmatch(page, -1)
	if len(found) != 1 || html.UnescapeString(found[0][1]) != l.Title || html.UnescapeString(found[0][2]) != mail.HTML(l) || strings.Count(page, "</iframe>") != 1 {
		t.Fatalf("the page shows %q", found)
	}
	wantText(t, "the page", page, "<td>email@example.com</td>", "sms@example.com")
	for _, m := range r.state().Sent {
		if (m.HTML != "") != (m.Protocol == channel.Email) || (m.Text == mail.Plain(l)) != (m.Protocol == channel.Email) {
			t.Errorf("%s has the text %q and the page %q", m.Protocol, m.Text, m.HTML)
		}
	}
}

// Tokens outlive a restart: their key is kept.
func TestTokensOutliveARestart(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	r := start(t, dir, c)
	token := r.token
	me := r.do("GET", "/v1/me", "", 200)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r = start(t, dir, c)
	r.token = token
	if got := r.do("GET", "/v1/me", "", 200); got != me {
		t.Errorf("after the restart I am %s, before %s", got, me)
	}
}

func TestIssuerPublishesItsKey(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	wantText(t, "the discovery", r.do("GET", "/_local/issuer/.well-known/openid-configuration", "", 200), IssuerURL)
	wantText(t, "the keys", r.do("GET", "/_local/issuer/jwks.json", "", 200), `"P-256"`, `"ES256"`)
	r.do("GET", "/_local/issuer/else", "", 404)
}

func TestOneRunnerAFolder(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	r := start(t, dir, c)
	_, err := Start(r.config)
	if err == nil || !strings.Contains(err.Error(), "another runner") {
		t.Errorf("a second runner of one folder: %v", err)
	}
}
