package meta_test

import (
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"

	"bellwether/internal/platform"
	"bellwether/internal/platform/meta"
	"bellwether/internal/platform/platformtest"
	"bellwether/internal/secret"
)

// The signatures were made with another program, by the key "test-client-secret".
const (
	overBody     = "e121a3e9b7522b27bd3a007cff091743f98223f1895ce5a7a4f991d5f6501674" // webhook.json
	overRevoked  = "cd4b63b5add9a9f43c15740b7fc81d28cbdd067de630281b767a57e7401e120b" // webhook_revoked.json
	overNoJSON   = "78ead1c82aa34a75cf45044d0f5bcddf7ae774a1e40231df9cae496e9a98892a" // "no JSON"
	byAnotherKey = "bb8714f56ac07df85b79535cad3fea9325e54dd33d1f334999e44c6575026eca" // webhook.json, by "other-secret"
	byNoKey      = "8a51f503bcbfb7899e4d0a928e3273fd5e335256168f708efbbfdb9532c233fb" // webhook.json, by an empty key
	hashOfBody   = "4f198574c3f8b98633fca3a3d177b6324592ad2e5778736b6bf6565a8a08b692" // SHA-256
	hashRevoked  = "fc9238798711ed4f25b18a56de7ab918c08cacae61f2b7e6f92874799853bcc1"
)

func TestChallenge(t *testing.T) {
	good := func() url.Values {
		return url.Values{"hub.mode": {"subscribe"}, "hub.verify_token": {"test-verify"}, "hub.challenge": {"1158201444"}}
	}
	tests := []struct {
		name, field, value string
		ok                 bool
	}{
		{"good", "hub.challenge", "1158201444", true},
		{"another token", "hub.verify_token", "test-verifx", false},
		{"no token", "hub.verify_token", "", false},
		{"another mode", "hub.mode", "unsubscribe", false},
		{"no challenge", "hub.challenge", "", false},
	}
	k := connect(t, "http://meta.example")
	for _, tt := range tests {
		q := good()
		q.Set(tt.field, tt.value)
		body, contentType, ok := k.Challenge(q)
		want := ""
		if tt.ok {
			want = "1158201444"
		}
		if ok != tt.ok || string(body) != want || ok && !strings.HasPrefix(contentType, "text/plain") {
			t.Errorf("%s: %q as %s, %v", tt.name, body, contentType, ok)
		}
	}
	e := endpoint("http://meta.example")
	e.VerifyToken = secret.NewText("")
	k, err := meta.New(e, platform.Client{})
	if err != nil {
		t.Fatal(err)
	}
	q := good()
	q.Set("hub.verify_token", "")
	if body, _, ok := k.Challenge(q); ok {
		t.Errorf("without a token of ours: %q", body)
	}
}

func TestVerifyWebhook(t *testing.T) {
	delivery, err := os.ReadFile("testdata/webhook.json")
	if err != nil {
		t.Fatal(err)
	}
	body := string(delivery)
	good := platform.Hint{DeliveryID: hashOfBody, AccountIDs: []string{"act_1019283746", "act_2039485761"}}
	tests := []struct {
		name, body, signature string
		want                  platform.Hint
		ok                    bool
	}{
		{"good", body, "sha256=" + overBody, good, true},
		{"in capitals", body, "sha256=" + strings.ToUpper(overBody), good, true},
		{"of a person who took the grant back", platformtest.File(t, "webhook_revoked.json"), "sha256=" + overRevoked, platform.Hint{DeliveryID: hashRevoked, Revoked: true}, true},
		{"altered", strings.Replace(body, "1019283746", "1019283747", 1), "sha256=" + overBody, platform.Hint{}, false},
		{"with a space more", body + " ", "sha256=" + overBody, platform.Hint{}, false},
		{"by another key", body, "sha256=" + byAnotherKey, platform.Hint{}, false},
		{"by no key", body, "sha256=" + byNoKey, platform.Hint{}, false},
		{"of another body", body, "sha256=" + overRevoked, platform.Hint{}, false},
		{"cut", body, "sha256=" + overBody[:62], platform.Hint{}, false},
		{"no hex", body, "sha256=" + strings.Repeat("z", 64), platform.Hint{}, false},
		{"without the prefix", body, overBody, platform.Hint{}, false},
		{"of the older kind", body, "sha1=" + overBody, platform.Hint{}, false},
		{"unsigned", body, "", platform.Hint{}, false},
		{"that can't be read", "no JSON", "sha256=" + overNoJSON, platform.Hint{}, false},
	}
	k := connect(t, "http://meta.example")
	for _, tt := range tests {
		header := http.Header{}
		header.Set("X-Hub-Signature-256", tt.signature)
		got, err := k.VerifyWebhook([]byte(tt.body), header, now)
		if (err == nil) != tt.ok || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, error %v, want %+v", tt.name, got, err, tt.want)
		}
		if !tt.ok && !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
}

// TestWebhookWithoutSecret: an empty key is known to everybody.
func TestWebhookWithoutSecret(t *testing.T) {
	e := endpoint("http://meta.example")
	e.ClientSecret = secret.NewText("")
	k, err := meta.New(e, platform.Client{})
	if err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile("testdata/webhook.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.VerifyWebhook(body, http.Header{"X-Hub-Signature-256": {"sha256=" + byNoKey}}, now); !platform.Is(err, platform.ClassInvalid) {
		t.Errorf("error %v", err)
	}
}
