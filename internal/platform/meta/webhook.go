package meta

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bellwether/internal/platform"
)

// Challenge implements platform.Hooks.
func (c *Connector) Challenge(q url.Values) ([]byte, string, bool) {
	want := c.endpoint.VerifyToken.Reveal()
	known := want != "" && subtle.ConstantTimeCompare([]byte(q.Get("hub.verify_token")), []byte(want)) == 1
	if q.Get("hub.mode") != "subscribe" || q.Get("hub.challenge") == "" || !known {
		return nil, "", false
	}
	return []byte(q.Get("hub.challenge")), "text/plain; charset=utf-8", true
}

// VerifyWebhook implements platform.Hooks. Meta signs no time, so repeats are told by the body's hash.
func (c *Connector) VerifyWebhook(body []byte, header http.Header, _ time.Time) (platform.Hint, error) {
	given, ok := strings.CutPrefix(header.Get("X-Hub-Signature-256"), "sha256=")
	signature, err := hex.DecodeString(given)
	mac := hmac.New(sha256.New, []byte(c.endpoint.ClientSecret.Reveal()))
	mac.Write(body)
	if !ok || err != nil || c.endpoint.ClientSecret.Reveal() == "" || !hmac.Equal(signature, mac.Sum(nil)) {
		return platform.Hint{}, &platform.Error{Platform: platform.Meta, Op: "webhook", Class: platform.ClassInvalid, Message: "the signature is not Meta's"}
	}
	var delivery struct {
		Object string `json:"object"`
		Entry  []struct {
			ID      platform.ID `json:"id"`
			Changes []struct {
				Field string `json:"field"`
			} `json:"changes"`
		} `json:"entry"`
	}
	if err := json.Unmarshal(body, &delivery); err != nil {
		return platform.Hint{}, &platform.Error{Platform: platform.Meta, Op: "webhook", Class: platform.ClassInvalid, Message: "the delivery can't be read", Err: err}
	}
	sum := sha256.Sum256(body)
	hint := platform.Hint{DeliveryID: hex.EncodeToString(sum[:])}
	for _, e := range delivery.Entry {
		if delivery.Object == "ad_account" { // the ids of other objects are those of people and Pages
			hint.AccountIDs = append(hint.AccountIDs, "act_"+strings.TrimPrefix(string(e.ID), "act_"))
		}
	}
	hint.Revoked = delivery.Object == "permissions"
	return hint, nil
}
