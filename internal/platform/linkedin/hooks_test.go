package linkedin_test

import (
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"

	"bellwether/internal/platform"
)

// The signatures were made with another program, by the key "test-client-secret".
const (
	overBody      = "3e84f0b23cb462d24ec41fd07f52f8ef94635633e7f7b7c4f0a92184941e9046" // webhook.json behind "hmacsha256="
	overBareBody  = "64a1d7a3c743461ad4e5a025f327dda8a9dc43266f5582a51abd85fbe0a2480f" // webhook.json alone
	overEmpty     = "285dedd153cde27275f5f2fad22424fdd13bc1da43f9c24d57ceb668bfe9df97" // "[]" behind "hmacsha256="
	hashOfEmpty   = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945" // SHA-256 of "[]"
	overChallenge = "05f7c3a9fc0fd9476f5fa3a0f318d460b83aba7b241196a57cc44868a392fc57"
)

func TestChallenge(t *testing.T) {
	k := connect(t, "http://linkedin.example")
	const code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
	body, contentType, ok := k.Challenge(url.Values{"challengeCode": {code}})
	want := `{"challengeCode":"` + code + `","challengeResponse":"` + overChallenge + `"}`
	if !ok || contentType != "application/json" || string(body) != want {
		t.Errorf("%q as %s, %v, want %s", body, contentType, ok, want)
	}
	// Whoever could choose the text that is signed could sign deliveries.
	for _, text := range []string{"", "hmacsha256=[]", code + `"`, "x" + code, code + "\n"} {
		if body, _, ok := k.Challenge(url.Values{"challengeCode": {text}}); ok {
			t.Errorf("%q was answered with %s", text, body)
		}
	}
}

func TestVerifyWebhook(t *testing.T) {
	delivery, err := os.ReadFile("testdata/webhook.json")
	if err != nil {
		t.Fatal(err)
	}
	good := platform.Hint{DeliveryID: "7012345678901234567", AccountIDs: []string{"111", "507654321"}}
	tests := []struct {
		name, body, signature string
		want                  platform.Hint
		ok                    bool
	}{
		{"good", string(delivery), overBody, good, true},
		{"with the prefix in the header", string(delivery), "hmacsha256=" + overBody, good, true},
		{"in capitals", string(delivery), strings.ToUpper(overBody), good, true},
		{"that names nothing", "[]", overEmpty, platform.Hint{DeliveryID: hashOfEmpty}, true},
		{"altered", strings.Replace(string(delivery), "507654321", "507654322", 1), overBody, platform.Hint{}, false},
		{"signed without the prefix", string(delivery), overBareBody, platform.Hint{}, false},
		{"of another body", string(delivery), overEmpty, platform.Hint{}, false},
		{"unsigned", string(delivery), "", platform.Hint{}, false},
	}
	k := connect(t, "http://linkedin.example")
	for _, tt := range tests {
		header := http.Header{}
		header.Set("X-LI-Signature", tt.signature)
		got, err := k.VerifyWebhook([]byte(tt.body), header, now)
		if (err == nil) != tt.ok || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, error %v, want %+v", tt.name, got, err, tt.want)
		}
		if !tt.ok && !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
}
