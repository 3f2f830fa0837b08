package linkedin

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"bellwether/internal/platform"
)

// challengeCode is a UUID. Nothing else is answered: the answer is a signature with the secret that
// also signs deliveries, and signing any text would let anyone forge them.
var challengeCode = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

// Challenge answers the check that LinkedIn repeats every two hours.
func (k *Connector) Challenge(query url.Values) (body []byte, contentType string, ok bool) {
	code := query.Get("challengeCode")
	if !challengeCode.MatchString(code) || k.endpoint.ClientSecret.Reveal() == "" {
		return nil, "", false
	}
	body, err := json.Marshal(map[string]string{
		"challengeCode": code, "challengeResponse": sign(k.endpoint.ClientSecret.Reveal(), []byte(code)),
	})
	return body, "application/json", err == nil
}

// Signature is what the header X-LI-Signature of a delivery holds.
func Signature(clientSecret string, body []byte) string {
	return sign(clientSecret, slices.Concat([]byte(SignaturePrefix), body))
}

func sign(key string, text []byte) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))
}

// VerifyWebhook checks a delivery. LinkedIn signs no time; repeats are told by the delivery's id.
func (k *Connector) VerifyWebhook(body []byte, header http.Header, _ time.Time) (platform.Hint, error) {
	const op = "webhook"
	key := k.endpoint.ClientSecret.Reveal()
	got := strings.TrimPrefix(header.Get("X-LI-Signature"), SignaturePrefix)
	if key == "" || !hmac.Equal([]byte(strings.ToLower(got)), []byte(Signature(key, body))) {
		return platform.Hint{}, k.invalid(op, "signature", "the signature is not LinkedIn's")
	}
	var delivery any
	if err := json.Unmarshal(body, &delivery); err != nil {
		return platform.Hint{}, k.invalid(op, "body", "the delivery is no JSON")
	}
	var head struct {
		ID platform.ID `json:"notificationId"`
	}
	_ = json.Unmarshal(body, &head) // a list of notifications has no id of its own
	digest := sha256.Sum256(body)
	ids := slices.Sorted(slices.Values(accountsIn(delivery, nil)))
	return platform.Hint{DeliveryID: cmp.Or(string(head.ID), hex.EncodeToString(digest[:])), AccountIDs: slices.Compact(ids)}, nil
}

const accountURN = "urn:li:sponsoredAccount:"

// accountsIn collects the ad accounts that a delivery names, wherever they stand: the shapes differ by
// what it is about.
func accountsIn(v any, ids []string) []string {
	switch v := v.(type) {
	case string:
		if id, ok := strings.CutPrefix(v, accountURN); ok && digits(id) {
			ids = append(ids, id)
		}
	case []any:
		for _, item := range v {
			ids = accountsIn(item, ids)
		}
	case map[string]any:
		for _, item := range v {
			ids = accountsIn(item, ids)
		}
	}
	return ids
}
