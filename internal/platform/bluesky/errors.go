package bluesky

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"

	"bellwether/internal/platform"
)

// refused is the body of a refusal.
type refused struct {
	Error   string `json:"error"` // its name
	Message string `json:"message"`
}

// classes are those of the names that say more than their status: most come under 400.
var classes = map[string]platform.Class{
	"ExpiredToken":            platform.ClassAuthExpired,
	"InvalidToken":            platform.ClassAuthRevoked,
	"AuthMissing":             platform.ClassAuthRevoked,
	"AuthenticationRequired":  platform.ClassAuthRevoked, // a wrong password, too
	"AuthFactorTokenRequired": platform.ClassAuthScope,   // a person's own password was given
	"AccountTakedown":         platform.ClassSuspended,
	"RateLimitExceeded":       platform.ClassRateLimited,
	"RecordNotFound":          platform.ClassNotFound,
	MethodUnknown:             platform.ClassSunset,
	BlobUnknown:               platform.ClassTransient, // images without a post are kept for hours: a new upload helps
}

// refusal is what the answer refuses, nil for none.
func (k *Connector) refusal(op string, a platform.Answer, secrets ...string) error {
	if a.Status >= 200 && a.Status < 300 {
		return nil
	}
	var body refused
	known := json.Unmarshal(a.Body, &body) == nil && body.Error != ""
	e := &platform.Error{
		Platform: platform.Bluesky, Op: op, Class: classOf(a.Status, body.Error, known), Code: cmp.Or(body.Error, strconv.Itoa(a.Status)),
		Message: platform.Clip(body.Message, secrets...), RetryAfter: platform.ParseWait(a.Header.Get("Retry-After"), a.At),
		Unsure: !platform.Refused(a.Status) && body.Error != MethodUnknown,
	}
	if e.Class == platform.ClassRateLimited && e.RetryAfter == 0 {
		e.RetryAfter = platform.ParseWait(a.Header.Get("RateLimit-Reset"), a.At)
	}
	return e
}

// classOf is the class of a refusal. known says that the API speaks: a page says nothing about a token.
func classOf(status int, name string, known bool) platform.Class {
	if class, ok := classes[name]; ok {
		return class
	}
	switch {
	case status == http.StatusTooManyRequests:
		return platform.ClassRateLimited
	case status == http.StatusRequestTimeout || status >= 500:
		return platform.ClassTransient
	case status < 400:
		return platform.ClassUnknown
	case status == http.StatusUnauthorized && known:
		return platform.ClassAuthExpired
	case status == http.StatusForbidden && known:
		return platform.ClassAuthScope
	case status == http.StatusNotFound && known:
		return platform.ClassNotFound
	case !known && status != http.StatusBadRequest:
		return platform.ClassUnknown
	}
	return platform.ClassInvalid
}

func (k *Connector) refuse(op string, class platform.Class, code, message string) error {
	return &platform.Error{Platform: platform.Bluesky, Op: op, Class: class, Code: code, Message: message}
}

func (k *Connector) invalid(op, code, message string) error {
	return k.refuse(op, platform.ClassInvalid, code, message)
}

// malformed is an answer under 2xx that can't be understood: what it was to tell may have been done.
func (k *Connector) malformed(op, message string) error {
	return &platform.Error{Platform: platform.Bluesky, Op: op, Class: platform.ClassTransient, Code: "malformed", Message: message, Unsure: true}
}
