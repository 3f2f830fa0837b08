package integrations_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/integration"
)

const metaHook = "/v1/webhooks/meta"

// deliver is a platform's call with the signature.
func (w *world) deliver(path, body, signature string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.Header.Set("X-Signature", signature)
	r.Header.Set("Idempotency-Key", "k")
	return w.send(r)
}

// idle puts the account's next sync off, so that a hint has something to do.
func (w *world) idle(id string) {
	w.t.Helper()
	w.put(id, func(s *integration.Sync) { s.NextAt, s.Trigger, s.CorrelationID = w.now.Add(10*time.Minute), "", "" })
	w.sent = nil
}

func (w *world) hinted(id string) bool {
	w.t.Helper()
	s := w.sync(id)
	return s.NextAt.Equal(w.now) && s.Trigger == integration.TriggerHint
}

// A signed delivery starts a sync of the accounts that it names, once.
func TestWebhook(t *testing.T) {
	w := newWorld(t)
	i := w.connect()
	w.idle(i.Id)
	body := "\xff" + `{"id":"d1","accounts":["act_1","act_404",""]}` // no UTF-8: the raw bytes count
	first := w.deliver(metaHook, body, signature([]byte(body)))
	if first.Code != 200 || first.Body.Len() != 0 || !w.hinted(i.Id) || len(w.sent) != 1 {
		t.Errorf("answer %d %q, sync %+v, %d messages", first.Code, first.Body, w.sync(i.Id), len(w.sent))
	}
	w.idle(i.Id)
	repeat := w.deliver(metaHook, body, signature([]byte(body)))
	if repeat.Code != 200 || repeat.Body.Len() != 0 || w.hinted(i.Id) || len(w.sent) != 0 {
		t.Errorf("a repeat: answer %d %q, %d messages", repeat.Code, repeat.Body, len(w.sent))
	}
}

// A hint is not data: one that says that the grant is gone only makes us look.
func TestWebhookOfARevocation(t *testing.T) {
	w := newWorld(t)
	i := w.connect()
	w.idle(i.Id)
	body := `{"id":"d1","accounts":["act_1"],"revoked":true}`
	w.deliver(metaHook, body, signature([]byte(body)))
	var now api.Integration
	if w.do(ada, 200, &now, "GET", "/v1/integrations/"+i.Id, ""); now.Status != "connected" || !w.hinted(i.Id) {
		t.Errorf("integration %+v", now)
	}
}

func TestWebhooksRefused(t *testing.T) {
	w := newWorld(t)
	i := w.connect()
	w.idle(i.Id)
	body := `{"id":"d1","accounts":["act_1"]}`
	good := signature([]byte(body))
	large := strings.Repeat(" ", api.MaxBody+1)
	cases := map[string]struct {
		path, body, signature string
		status                int
	}{
		"no signature":                       {metaHook, body, "", 403},
		"another body's":                     {metaHook, body + " ", good, 403},
		"a platform that sends none":         {"/v1/webhooks/google", body, good, 404},
		"a platform that is none":            {"/v1/webhooks/myspace", body, good, 404},
		"a signed body that can't be read":   {metaHook, "{", signature([]byte("{")), 403},
		"a body that is too large":           {metaHook, large, signature([]byte(large)), 413},
		"the path of another platform's API": {"/v1/webhooks/meta%2f..", body, good, 404},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			rec := w.deliver(c.path, c.body, c.signature)
			if rec.Code != c.status || rec.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("status %d, header %v", rec.Code, rec.Header())
			}
			if strings.Contains(rec.Body.String(), good) || strings.Contains(rec.Body.String(), "expected") {
				t.Errorf("it tells how to sign: %s", rec.Body)
			}
			if w.hinted(i.Id) || len(w.sent) != 0 {
				t.Error("it was followed")
			}
		})
	}
}

// What is out of reach is not asked for.
func TestWebhookOfALostAccount(t *testing.T) {
	w := newWorld(t)
	i := w.connect()
	w.lose(i.Id)
	w.sent = nil
	body := `{"id":"d1","accounts":["act_1"]}`
	if rec := w.deliver(metaHook, body, signature([]byte(body))); rec.Code != 200 || !w.sync(i.Id).NextAt.IsZero() || len(w.sent) != 0 {
		t.Errorf("status %d, sync %+v", rec.Code, w.sync(i.Id))
	}
}

// One delivery starts a hundred syncs at most, and its id can be anything.
func TestWebhookNamesVeryMany(t *testing.T) {
	w := newWorld(t)
	i := w.connect()
	w.idle(i.Id)
	names := []string{}
	for n := range 100 {
		names = append(names, fmt.Sprintf("%q", fmt.Sprint("act_404", n)))
	}
	body := fmt.Sprintf(`{"id":"%s","accounts":[%s,"act_1"]}`, strings.Repeat("#", 5000), strings.Join(names, ","))
	if rec := w.deliver(metaHook, body, signature([]byte(body))); rec.Code != 200 || w.hinted(i.Id) {
		t.Errorf("status %d", rec.Code)
	}
	body = fmt.Sprintf(`{"accounts":[%s,"act_1"]}`, strings.Join(names[1:], ","))
	if rec := w.deliver(metaHook, body, signature([]byte(body))); rec.Code != 200 || !w.hinted(i.Id) {
		t.Errorf("status %d, sync %+v", rec.Code, w.sync(i.Id))
	}
}

func TestChallenge(t *testing.T) {
	w := newWorld(t)
	cases := map[string]struct {
		path   string
		status int
	}{
		"ours":                       {metaHook + "?hub.mode=subscribe&hub.verify_token=ours&hub.challenge=%3Cb%3E17", 200},
		"another token":              {metaHook + "?hub.mode=subscribe&hub.verify_token=x&hub.challenge=17", 403},
		"no check":                   {metaHook, 403},
		"a platform that sends none": {"/v1/webhooks/google?hub.verify_token=ours", 404},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			rec := w.send(httptest.NewRequest(http.MethodGet, c.path, nil))
			if rec.Code != c.status {
				t.Fatalf("status %d %s", rec.Code, rec.Body)
			}
			if h := rec.Header(); c.status == 200 && (rec.Body.String() != "<b>17" || h.Get("Content-Type") != "text/plain" || h.Get("X-Content-Type-Options") != "nosniff") {
				t.Errorf("answer %q, header %v", rec.Body, h)
			}
		})
	}
}
