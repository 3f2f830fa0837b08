package mastodon

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/platform"
)

// refused is the body of a refusal. The API says it in a sentence, the token endpoint in a word and a sentence.
type refused struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// refusal is what the answer refuses, nil for none. Mastodon tells it by the status.
func (k *Connector) refusal(op string, a platform.Answer, secrets ...string) error {
	if a.Status >= 200 && a.Status < 300 {
		return nil
	}
	var body refused
	known := json.Unmarshal(a.Body, &body) == nil && body.Error != ""
	return &platform.Error{
		Platform: platform.Mastodon, Op: op, Class: classOf(a.Status, body.Error, known), Code: strconv.Itoa(a.Status),
		Message: platform.Clip(body.Error, secrets...), RetryAfter: retryAfter(a), Unsure: !platform.Refused(a.Status),
	}
}

// classOf is the class of a status. known says that the API speaks: a page says nothing about a token or a thing.
func classOf(status int, text string, known bool) platform.Class {
	switch {
	case status == http.StatusTooManyRequests:
		return platform.ClassRateLimited
	case status == http.StatusRequestTimeout || status >= 500:
		return platform.ClassTransient
	case status < 400:
		return platform.ClassUnknown
	case status == http.StatusUnauthorized && known:
		return platform.ClassAuthRevoked // tokens don't end by themselves
	case status == http.StatusForbidden && known:
		if strings.HasPrefix(text, DisabledText) {
			return platform.ClassSuspended
		}
		return platform.ClassAuthScope
	case (status == http.StatusNotFound || status == http.StatusGone) && known:
		return platform.ClassNotFound
	case !known && status != http.StatusBadRequest && status != http.StatusUnprocessableEntity:
		return platform.ClassUnknown
	}
	return platform.ClassInvalid
}

// retryAfter is how long to wait. The header of the limits stands on every answer, so it counts for throttled ones only.
func retryAfter(a platform.Answer) time.Duration {
	told := platform.ParseWait(a.Header.Get("Retry-After"), a.At)
	if a.Status != http.StatusTooManyRequests {
		return told
	}
	return cmp.Or(told, platform.ParseWait(a.Header.Get("X-RateLimit-Reset"), a.At))
}

// oauthRefusal is what the token endpoint refuses.
func (k *Connector) oauthRefusal(op string, a platform.Answer, secrets ...string) error {
	var body refused
	_ = json.Unmarshal(a.Body, &body)
	class := classOf(a.Status, "", false)
	switch {
	case body.Error == "invalid_grant" || body.Error == "invalid_token":
		class = platform.ClassAuthRevoked
	case body.Error != "" && platform.Refused(a.Status) && a.Status != http.StatusTooManyRequests:
		class = platform.ClassInvalid // it is we who are refused, not the person
	}
	return &platform.Error{
		Platform: platform.Mastodon, Op: op, Class: class, Code: cmp.Or(body.Error, strconv.Itoa(a.Status)),
		Message: platform.Clip(body.Description, secrets...), RetryAfter: retryAfter(a),
	}
}

func (k *Connector) refuse(op string, class platform.Class, code, message string) error {
	return &platform.Error{Platform: platform.Mastodon, Op: op, Class: class, Code: code, Message: message}
}

func (k *Connector) invalid(op, code, message string) error {
	return k.refuse(op, platform.ClassInvalid, code, message)
}
