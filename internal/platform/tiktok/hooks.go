package tiktok

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/platform"
)

// tolerance is how far the signed time may be from ours.
const tolerance = 5 * time.Minute

// Challenge answers nothing: TikTok makes no such check.
func (*Connector) Challenge(url.Values) (body []byte, contentType string, ok bool) {
	return nil, "", false
}

// Signature is what the header of a delivery holds.
func Signature(clientSecret string, at time.Time, body []byte) string {
	stamp := strconv.FormatInt(at.Unix(), 10)
	return "t=" + stamp + ",s=" + sign(clientSecret, stamp, body)
}

func sign(key, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(stamp + "."))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// VerifyWebhook checks a delivery, and that it was signed a moment ago.
func (k *Connector) VerifyWebhook(body []byte, header http.Header, now time.Time) (platform.Hint, error) {
	const op = "webhook"
	stamp, signature := "", ""
	for part := range strings.SplitSeq(header.Get(SignatureHeader), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			stamp = value
		case "s":
			signature = value
		}
	}
	key := k.endpoint.ClientSecret.Reveal()
	if key == "" || !hmac.Equal([]byte(strings.ToLower(signature)), []byte(sign(key, stamp, body))) {
		return platform.Hint{}, k.invalid(op, "signature", "the signature is not TikTok's")
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if off := now.Sub(time.Unix(seconds, 0)); err != nil || off > tolerance || off < -tolerance {
		return platform.Hint{}, k.invalid(op, "time", "the delivery was signed too long ago, or too far ahead")
	}
	var delivery struct {
		Event      string      `json:"event"`
		ID         platform.ID `json:"event_id"`
		Advertiser platform.ID `json:"advertiser_id"` // AdvertiserField
	}
	if err := json.Unmarshal(body, &delivery); err != nil {
		return platform.Hint{}, k.invalid(op, "body", "the delivery is no JSON")
	}
	digest := sha256.Sum256(body)
	hint := platform.Hint{DeliveryID: cmp.Or(string(delivery.ID), hex.EncodeToString(digest[:])), Revoked: delivery.Event == EventRevoked}
	if digits(string(delivery.Advertiser)) {
		hint.AccountIDs = []string{string(delivery.Advertiser)}
	}
	return hint, nil
}
