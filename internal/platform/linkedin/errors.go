package linkedin

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"bellwether/internal/platform"
)

// refused is the body of a refusal; either of the codes is there.
type refused struct {
	Message     string          `json:"message"`
	Code        string          `json:"code"`
	ServiceCode platform.Number `json:"serviceErrorCode"`
}

// refusal is what the answer refuses, nil for none. LinkedIn tells it by the status.
func (k *rest) refusal(op string, a platform.Answer, secrets ...string) error {
	if a.Status >= 200 && a.Status < 300 {
		return nil
	}
	var body refused
	known := json.Unmarshal(a.Body, &body) == nil
	if body.ServiceCode == "0" {
		body.ServiceCode = ""
	}
	e := &platform.Error{
		Platform: k.client.Platform, Op: op, Class: classOf(a.Status, body),
		Code:    cmp.Or(body.Code, string(body.ServiceCode), strconv.Itoa(a.Status)),
		Message: platform.Clip(body.Message, secrets...), RetryAfter: platform.ParseWait(a.Header.Get("Retry-After"), a.At),
		Unsure: !platform.Refused(a.Status),
	}
	if a.Status == http.StatusUnprocessableEntity && strings.Contains(strings.ToLower(body.Message), DuplicateText) {
		e.Code = "duplicate"
	}
	if a.Status == http.StatusNotFound && !known {
		e.Class = platform.ClassUnknown // a page, not the API: it says nothing about the thing
	}
	if a.Status == http.StatusTooManyRequests && e.RetryAfter == 0 {
		// The allowances of a day are unpublished and end without a header; they start anew at midnight.
		e.Class, e.RetryAfter = platform.ClassQuota, platform.UntilMidnightUTC(a.At)
	}
	return e
}

func classOf(status int, body refused) platform.Class {
	switch {
	case status == http.StatusUnauthorized:
		if strings.Contains(body.Code, "REVOKED") || string(body.ServiceCode) == strconv.Itoa(RevokedCode) {
			return platform.ClassAuthRevoked
		}
		return platform.ClassAuthExpired
	case status == http.StatusForbidden:
		if body.Code == SuspendedCode {
			return platform.ClassSuspended
		}
		return platform.ClassAuthScope
	case status == http.StatusNotFound:
		return platform.ClassNotFound
	case status == http.StatusUpgradeRequired:
		return platform.ClassSunset
	case status == http.StatusTooManyRequests:
		return platform.ClassRateLimited
	case status == http.StatusRequestTimeout || status >= 500:
		return platform.ClassTransient
	case status >= 400:
		return platform.ClassInvalid
	}
	return platform.ClassUnknown
}

// tokenRefusal is what the token endpoint refuses: OAuth has a form of its own for that.
func (k *rest) tokenRefusal(op string, a platform.Answer, secrets ...string) error {
	var body struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal(a.Body, &body)
	if a.Status == http.StatusOK && body.Error == "" {
		return nil
	}
	class := classOf(a.Status, refused{})
	switch {
	case body.Error == "invalid_grant" || body.Error == "invalid_token":
		class = platform.ClassAuthRevoked
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden || a.Status < 400 && body.Error != "":
		class = platform.ClassInvalid // it is we who are refused, not the person
	}
	return &platform.Error{
		Platform: k.client.Platform, Op: op, Class: class, Code: cmp.Or(body.Error, strconv.Itoa(a.Status)),
		Message: platform.Clip(body.Description, secrets...), RetryAfter: platform.ParseWait(a.Header.Get("Retry-After"), a.At),
	}
}

func (k *rest) refuse(op string, class platform.Class, code, message string) error {
	return &platform.Error{Platform: k.client.Platform, Op: op, Class: class, Code: code, Message: message}
}

func (k *rest) invalid(op, code, message string) error {
	return k.refuse(op, platform.ClassInvalid, code, message)
}
