package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform/sandbox"
)

// The page does by its forms what the control does by JSON.
func TestThePage(t *testing.T) {
	server, err := sandbox.New(sandbox.Config{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `action="/_sandbox/faults"`) || !strings.Contains(w.Body.String(), "Autumn 30-34") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for path, form := range map[string]string{
		"/_sandbox/campaigns/status": "platform=meta&campaignId=120210000000001&status=PAUSED", "/_sandbox/results": "platform=meta&campaignId=120210000000001&spend=50",
		"/_sandbox/faults": "platform=meta&op=&kind=expired", "/_sandbox/revoke": "platform=meta",
	} {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		if server.ServeHTTP(w, r); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/" {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if c, _ := server.World().Campaign("meta", "120210000000001"); c.Status != "PAUSED" {
		t.Errorf("the campaign is %s", c.Status)
	}
}
