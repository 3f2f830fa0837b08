package google

import (
	"net/http"
	"net/url"
	"time"

	"bellwether/internal/platform"
)

// Challenge is never one: Google Ads calls nobody.
func (*Connector) Challenge(url.Values) (body []byte, contentType string, ok bool) {
	return nil, "", false
}

// VerifyWebhook refuses everything.
func (k *Connector) VerifyWebhook([]byte, http.Header, time.Time) (platform.Hint, error) {
	return platform.Hint{}, k.invalid("webhook", "none", "Google Ads sends no webhooks")
}
