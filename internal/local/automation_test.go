package local

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

func idOf(t *testing.T, body string) string {
	t.Helper()
	var made struct{ ID string }
	if err := json.Unmarshal([]byte(body), &made); err != nil || made.ID == "" {
		t.Fatal(body, err)
	}
	return made.ID
}

// Every preset is a good rule as it stands, for each currency that it is asked for.
func TestPresetsAreGoodRules(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	for _, currency := range []string{"USD", "JPY", "KWD"} {
		var list struct {
			Items []struct {
				ID   string
				Rule json.RawMessage
			}
		}
		if err := json.Unmarshal([]byte(r.do("GET", "/v1/automations/presets?currency="+currency, "", 200)), &list); err != nil || len(list.Items) != 3 {
			t.Fatal(list, err)
		}
		for _, p := range list.Items {
			wantText(t, p.ID, r.do("POST", "/v1/automations", string(p.Rule), http.StatusCreated), `"mode":"shadow"`, `"currency":"`+currency+`"`)
		}
	}
}

// From shadow to act and back: what the rule would have done is reported, what it does is told once, and what a
// person undoes stays undone.
func TestRuleFromShadowToUndo(t *testing.T) {
	r := start(t, t.TempDir(), newClock()) // noon of 23 November
	const body = `{"name":"Pause spenders","mode":"%s","currency":"USD","when":{"metric":"spend","days":1,"op":"at_least","value":"10"},"action":{"kind":"pause"}}`
	r.do("POST", "/v1/automations", fmt.Sprintf(body, "act"), http.StatusUnprocessableEntity)
	rule := "/v1/automations/" + idOf(t, r.do("POST", "/v1/automations", fmt.Sprintf(body, "shadow"), http.StatusCreated))
	campaign := r.campaign()
	subject := strings.Replace(campaign, "/v1/campaigns/", "campaign/", 1)
	r.spend(campaign, "22", "20")
	r.drain()
	wantText(t, "in shadow", r.do("GET", campaign, "", 200), `"status":"active"`)
	wantText(t, "the decision", r.do("GET", "/v1/decisions?subject="+subject, "", 200), `"outcome":"shadowed"`, `"value":"20.00"`, `"bar":"10.00"`)
	if got := r.do("GET", "/v1/decisions?subject="+subject+"&outcome=done", "", 200); strings.Contains(got, "shadowed") {
		t.Errorf("filtered: %s", got)
	}

	// Two days later 30 more were spent on the 23rd and 40 on the 24th: that is what a pause on the 23rd would have avoided.
	r.later(48 * time.Hour)
	r.signIn("ada@example.com")
	r.spend(campaign, "23", "30")
	r.spend(campaign, "24", "40")
	r.drain()
	wantText(t, "the report", r.do("GET", rule+"/shadow-report", "", 200), `"campaigns":1`, `"days":1`, `"spendAvoided":"40.00"`)

	r.do("PUT", rule, fmt.Sprintf(body, "act"), 200)
	r.spend(campaign, "25", "1")
	r.drain()
	wantText(t, "acting", r.do("GET", campaign, "", 200), `"status":"paused"`, `"rule:`)
	inbox := r.do("GET", "/v1/inbox?limit=100", "", 200)
	if n := len(regexp.MustCompile(`Rule Pause spenders did this about campaign Summer: pause the campaign`).FindAllString(inbox, -1)); n != 1 || strings.Contains(inbox, "Summer is paused now") {
		t.Errorf("told %d times: %s", n, inbox)
	}
	action := "/v1/actions/" + regexp.MustCompile(`"id":"([^"]+)","kind":"pause"`).FindStringSubmatch(r.do("GET", "/v1/actions?limit=1", "", 200))[1]
	wantText(t, "undone", r.do("POST", action+"/undo", `{"reason":"it is the season"}`, 200), `"state":"undone"`)
	r.drain()
	wantText(t, "undone", r.do("GET", campaign, "", 200), `"status":"active"`)
	r.spend(campaign, "25", "2")
	r.drain()
	wantText(t, "a day of peace", r.do("GET", "/v1/decisions?limit=1&subject="+subject, "", 200), `"outcome":"blocked"`, `"person_decided"`)
	wantText(t, "still", r.do("GET", campaign, "", 200), `"status":"active"`)
}

// Who reads a rule, changes its mode and sends all of it back has changed its mode and nothing else: what it does is
// the same, so it keeps what it was trusted with.
func TestAReadRuleKeepsItsModeWhenItIsSentBack(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	var presets struct {
		Items []struct{ Rule json.RawMessage }
	}
	if err := json.Unmarshal([]byte(r.do("GET", "/v1/automations/presets", "", 200)), &presets); err != nil {
		t.Fatal(err)
	}
	for _, p := range presets.Items {
		rule := "/v1/automations/" + idOf(t, r.do("POST", "/v1/automations", string(p.Rule), http.StatusCreated))
		var read map[string]any
		if err := json.Unmarshal([]byte(r.do("GET", rule, "", 200)), &read); err != nil {
			t.Fatal(err)
		}
		for _, ours := range []string{"id", "createdAt", "createdBy", "updatedAt", "version", "tripped"} {
			delete(read, ours)
		}
		read["mode"] = "act"
		back, err := json.Marshal(read)
		if err != nil {
			t.Fatal(err)
		}
		wantText(t, "the rule", r.do("PUT", rule, string(back), 200), `"mode":"act"`)
		read["consecutiveDays"] = 5
		if back, err = json.Marshal(read); err != nil {
			t.Fatal(err)
		}
		wantText(t, "another rule", r.do("PUT", rule, string(back), 200), `"mode":"shadow"`)
	}
}
