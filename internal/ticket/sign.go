package ticket

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"bellwether/internal/fault"
	"bellwether/internal/secret"
)

const signedBy = "sha256="

// Sign is the signature that both GitHub and Jira put into a header of a delivery.
func Sign(body []byte, key secret.Text) string {
	mac := hmac.New(sha256.New, []byte(key.Reveal()))
	mac.Write(body)
	return signedBy + hex.EncodeToString(mac.Sum(nil))
}

// Verify is fault.Denied for a delivery that was not signed by the key. It takes the bytes as they came: what
// was decoded and encoded again is something else.
func Verify(body []byte, signature string, key secret.Text) error {
	text, ok := strings.CutPrefix(signature, signedBy)
	sum, err := hex.DecodeString(text)
	want, _ := hex.DecodeString(strings.TrimPrefix(Sign(body, key), signedBy))
	if !ok || err != nil || key.Reveal() == "" || !hmac.Equal(sum, want) {
		return fault.New(fault.Denied, "bad_signature", "the delivery is not signed with the webhook's secret")
	}
	return nil
}
