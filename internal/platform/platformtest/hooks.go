package platformtest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
)

// challenge answers the platform's check, and nothing less than it.
func challenge(t *testing.T, s Subject) {
	v := Open(t, s)
	if body, _, ok := v.Connector.Challenge(url.Values{}); ok {
		t.Errorf("nothing was answered with %q", body)
	}
	if s.Challenge == nil {
		return
	}
	if body, contentType, ok := v.Connector.Challenge(s.Challenge); !ok || string(body) != s.Answer || contentType == "" {
		t.Errorf("%q as %q, %v, want %q", body, contentType, ok, s.Answer)
	}
	for name := range s.Challenge {
		less := url.Values{}
		for other, values := range s.Challenge {
			if other != name {
				less[other] = values
			}
		}
		if body, _, ok := v.Connector.Challenge(less); ok {
			t.Errorf("without %s, it was answered with %q", name, body)
		}
	}
}

// delivery is what the sandbox sends to an address of ours.
func (v *Visit) delivery(t *testing.T, s Subject, kind string) (body []byte, header http.Header) {
	t.Helper()
	ours := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		all, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		body, header = all, r.Header.Clone()
	}))
	defer ours.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/_sandbox/webhook", strings.NewReader(fmt.Sprintf(`{"platform":%q,"url":%q,"kind":%q}`, s.Platform, ours.URL, kind)))
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	v.ServeHTTP(w, r)
	if w.Code != http.StatusOK || len(body) == 0 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return body, header
}

// webhook: a delivery of the platform's is taken, and none that was made or changed by another.
func webhook(t *testing.T, s Subject) {
	v := Open(t, s)
	if !v.Connector.Info().Webhooks {
		if _, err := v.Connector.VerifyWebhook([]byte("{}"), http.Header{}, v.Now); !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("error %v", err)
		}
		return
	}
	body, header := v.delivery(t, s, "created")
	hint, err := v.Connector.VerifyWebhook(body, header, v.Now)
	first := v.World().Accounts(s.Platform)[0].ID
	if err != nil || hint.DeliveryID == "" || hint.Revoked || !slices.Contains(hint.AccountIDs, first) {
		t.Errorf("%+v, error %v, want one about %s", hint, err, first)
	}
	if again, err := v.Connector.VerifyWebhook(body, header, v.Now); err != nil || !reflect.DeepEqual(again, hint) {
		t.Errorf("repeated: %+v, error %v", again, err)
	}
	for name, forged := range forgeries(body, header) {
		if got, err := v.Connector.VerifyWebhook(forged.body, forged.header, v.Now); !platform.Is(err, platform.ClassInvalid) || !reflect.DeepEqual(got, platform.Hint{}) {
			t.Errorf("%s: %+v, error %v", name, got, err)
		}
	}
	for _, at := range []time.Time{v.Now.Add(time.Hour), v.Now.Add(-time.Hour)} {
		if _, err := v.Connector.VerifyWebhook(body, header, at); (err != nil) != s.Timed {
			t.Errorf("at %v: error %v", at, err)
		}
	}
	v.Now = v.Now.Add(time.Minute)
	body, header = v.delivery(t, s, "created")
	if next, err := v.Connector.VerifyWebhook(body, header, v.Now); err != nil || next.DeliveryID == hint.DeliveryID {
		t.Errorf("the next one: %+v, error %v", next, err)
	}
}

type forgery struct {
	body   []byte
	header http.Header
}

// forgeries are deliveries that anybody could make out of a good one.
func forgeries(body []byte, header http.Header) map[string]forgery {
	all := map[string]forgery{
		"altered":     {bytes.Replace(body, []byte(`"`), []byte(`" `), 1), header},
		"longer":      {append(slices.Clone(body), ' '), header},
		"empty":       {nil, header},
		"another":     {[]byte("{}"), header},
		"without any": {body, http.Header{}},
	}
	for name, values := range header {
		if !strings.Contains(name, "Signature") {
			continue
		}
		for kind, value := range map[string]string{"emptied": "", "cut": values[0][:len(values[0])-2], "changed": flipped(values[0]), "swapped": strings.Repeat("0", len(values[0]))} {
			changed := header.Clone()
			changed.Set(name, value)
			all[name+" "+kind] = forgery{body, changed}
		}
	}
	return all
}

// flipped is the text with another last digit.
func flipped(hex string) string {
	last := "0"
	if strings.HasSuffix(hex, "0") {
		last = "1"
	}
	return hex[:len(hex)-1] + last
}
