package tiktok_test

import (
	"net/http"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"

	"bellwether/internal/platform"
)

// The signatures were made with another program, by the key "test-client-secret". They are over a time, a
// dot and a body; 1795456800 is our now.
const (
	overBody      = "b8ddbc77dd879a11056ae44a09086b055794b46bd0bb3c88bffef86aed1d7165" // webhook.json, now
	overRevoked   = "ac288ef854ee3b4cdb75afd15976522ce1f14c6efec4f651c70758287cf150cf" // webhook_revoked.json, now
	hashOfRevoked = "f5c812d10d1c1d4043e5d2eef5886b55e2f05b1e8d23729be4c737ec13ccda39" // SHA-256 of webhook_revoked.json
	overEmpty     = "4e2d2556b550f7cb478f0b1e90385a6172c0abc0aec1f45b81ea290fd1c3f119" // "{}", now
	hashOfEmpty   = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" // SHA-256 of "{}"
	overOdd       = "0e149091897c6902d77a87612d0c2f9e417a727200a6ac3818889cd530fc9f82" // an id that is none, now
	hashOfOdd     = "6cd63a2e2e7b4d0b1915aa33e814d09e2c667e2d18952cbb331bb0246cd2ac31" // SHA-256 of it
	overList      = "fc14f1966403615a1277ae3091f84c01f04a52dc69b91e909efd39dacb322afe" // "[]", now
	over300Before = "9be08c29dfd5f15a55c25103b60f90b249032e2d6c19111776a6d4f84c995ee7" // webhook.json, 300 s before
	over301Before = "1731b0fb2543a34e0d74b213b321b07d047f1afe210142ec96cec2b56b043ed1"
	over300After  = "71ce31c78849a057f5b733d307df2009b874e987a79255e1dd0fc569c4b77e89"
	over301After  = "8de299eae0e7c99f87dfb438036d4aa3e1ad54c29615678ffe3e47e63f720f11"
	overNoTime    = "5f4a5207629939f75329a176c32757c133c375b3346fc1dfe796c0acfe51cfe3" // webhook.json behind "."
	overBareBody  = "54aa16deb8023b8c596ce1128b3e3e9039dddeda21f9c3b53ec56b46934ade7a" // webhook.json alone
	overSoon      = "27b608d0b69bdf1cd1a1e5e84c928875393b5477d985db0933df6d8d136c00ff" // webhook.json behind "soon."
)

func TestChallenge(t *testing.T) {
	k := connect(t, "http://tiktok.example")
	if body, _, ok := k.Challenge(url.Values{"challenge": {"1"}, "hub.challenge": {"1"}, "challengeCode": {"1"}}); ok {
		t.Errorf("it was answered with %s", body)
	}
}

func TestVerifyWebhook(t *testing.T) {
	delivery, err := os.ReadFile("testdata/webhook.json")
	if err != nil {
		t.Fatal(err)
	}
	revoked, err := os.ReadFile("testdata/webhook_revoked.json")
	if err != nil {
		t.Fatal(err)
	}
	good, body := platform.Hint{DeliveryID: "7388880000000000001", AccountIDs: []string{"7012345678901234567"}}, string(delivery)
	tests := []struct {
		name, body, signature string
		want                  platform.Hint
		ok                    bool
	}{
		{"good", body, "t=1795456800,s=" + overBody, good, true},
		{"with spaces, turned round", body, "s=" + overBody + ", t=1795456800", good, true},
		{"in capitals", body, "t=1795456800,s=" + strings.ToUpper(overBody), good, true},
		{"five minutes old", body, "t=1795456500,s=" + over300Before, good, true},
		{"five minutes ahead", body, "t=1795457100,s=" + over300After, good, true},
		{"of a person who took the grant back", string(revoked), "t=1795456800,s=" + overRevoked, platform.Hint{DeliveryID: hashOfRevoked, Revoked: true}, true},
		{"that names nothing", "{}", "t=1795456800,s=" + overEmpty, platform.Hint{DeliveryID: hashOfEmpty}, true},
		{"that names no number", `{"advertiser_id":"act_1"}`, "t=1795456800,s=" + overOdd, platform.Hint{DeliveryID: hashOfOdd}, true},
		{"too old", body, "t=1795456499,s=" + over301Before, platform.Hint{}, false},
		{"too far ahead", body, "t=1795457101,s=" + over301After, platform.Hint{}, false},
		{"with another time", body, "t=1795456801,s=" + overBody, platform.Hint{}, false},
		{"without a time", body, "s=" + overNoTime, platform.Hint{}, false},
		{"with a time that is none", body, "t=soon,s=" + overSoon, platform.Hint{}, false},
		{"signed without its time", body, "t=1795456800,s=" + overBareBody, platform.Hint{}, false},
		{"altered", strings.Replace(body, "7012345678901234567", "7012345678901234568", 1), "t=1795456800,s=" + overBody, platform.Hint{}, false},
		{"of another body", body, "t=1795456800,s=" + overEmpty, platform.Hint{}, false},
		{"a list", "[]", "t=1795456800,s=" + overList, platform.Hint{}, false},
		{"without a signature", body, "t=1795456800", platform.Hint{}, false},
		{"unsigned", body, "", platform.Hint{}, false},
	}
	k := connect(t, "http://tiktok.example")
	for _, tt := range tests {
		header := http.Header{}
		header.Set("TikTok-Signature", tt.signature)
		got, err := k.VerifyWebhook([]byte(tt.body), header, now)
		if (err == nil) != tt.ok || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, error %v, want %+v", tt.name, got, err, tt.want)
		}
		if !tt.ok && !platform.Is(err, platform.ClassInvalid) {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
}
