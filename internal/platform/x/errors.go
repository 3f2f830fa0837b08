package x

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/platform"
)

// problem is a refusal, in its newer form or its older one.
type problem struct {
	Type    string          `json:"type"`
	Title   string          `json:"title"`
	Detail  string          `json:"detail"`
	Code    platform.Number `json:"code"` // of the older form
	Message string          `json:"message"`
}

// kind is what the type ends in: "usage-capped".
func (p problem) kind() string {
	if p.Type == "about:blank" {
		return ""
	}
	return p.Type[strings.LastIndex(p.Type, "/")+1:]
}

// refused is the body of a refusal. Under 2xx, errors may stand beside the data, or in place of it.
type refused struct {
	problem
	Errors []problem       `json:"errors"`
	Data   json.RawMessage `json:"data"`
}

// first is the problem that the body tells; known is false for a body that tells none.
func (b refused) first() (p problem, known bool) {
	p = b.problem
	if len(b.Errors) > 0 {
		e := b.Errors[0]
		p.Type, p.Title = cmp.Or(p.Type, e.Type), cmp.Or(p.Title, e.Title)
		p.Detail, p.Code, p.Message = cmp.Or(p.Detail, e.Detail), cmp.Or(p.Code, e.Code), cmp.Or(p.Message, e.Message)
	}
	return p, p != problem{}
}

// refusal is what the answer refuses, nil for none. X tells it by the body, even under 200.
func (k *Connector) refusal(op string, a platform.Answer, secrets ...string) error {
	var body refused
	read := json.Unmarshal(a.Body, &body) == nil
	good := a.Status >= 200 && a.Status < 300
	if data := bytes.TrimSpace(body.Data); good && (!read || len(body.Errors) == 0 || len(data) > 0 && string(data) != "null") {
		return nil
	}
	p, known := body.first()
	class, code := classOf(a.Status, p, known)
	return &platform.Error{
		Platform: platform.X, Op: op, Class: class, Code: code, Message: platform.Clip(cmp.Or(p.Detail, p.Message, p.Title), secrets...),
		RetryAfter: retryAfter(a, class), Unsure: !platform.Refused(a.Status),
	}
}

// classOf is the class of a refusal, and its code. known says that the API speaks: a page says nothing
// about a thing.
func classOf(status int, p problem, known bool) (platform.Class, string) {
	code := cmp.Or(string(p.Code), p.kind(), strconv.Itoa(status))
	switch {
	case status == http.StatusRequestTimeout || status >= 500:
		return platform.ClassTransient, code
	case p.kind() == CappedType || p.kind() == CreditsType || status == http.StatusPaymentRequired:
		return platform.ClassQuota, code
	case status == http.StatusTooManyRequests:
		return platform.ClassRateLimited, code
	case status == http.StatusUnauthorized:
		return platform.ClassAuthExpired, code
	case status == http.StatusForbidden && known:
		return forbidden(p, code)
	case known && (status == http.StatusNotFound || p.kind() == "resource-not-found"):
		return platform.ClassNotFound, code
	case p.kind() == "not-authorized-for-resource" || p.kind() == "not-authorized-for-field":
		return platform.ClassAuthScope, code
	case status < 400 || !known && status != http.StatusBadRequest:
		return platform.ClassUnknown, code
	}
	return platform.ClassInvalid, code
}

// forbidden is what 403 means, under which X tells many things.
func forbidden(p problem, code string) (platform.Class, string) {
	switch {
	case string(p.Code) == DuplicateCode || strings.Contains(strings.ToLower(p.Detail+p.Message), DuplicateText):
		return platform.ClassInvalid, "duplicate"
	case string(p.Code) == SuspendedCode:
		return platform.ClassSuspended, code
	case string(p.Code) == AutomatedCode || string(p.Code) == LockedCode:
		return platform.ClassBlocked, code
	}
	return platform.ClassAuthScope, code
}

// retryAfter is how long to wait. The headers of the limits stand on every answer, so they count for
// throttled ones only; where the limit of a day is used up, its end counts.
func retryAfter(a platform.Answer, class platform.Class) time.Duration {
	told := platform.ParseWait(a.Header.Get("Retry-After"), a.At)
	switch class {
	case platform.ClassQuota:
		return cmp.Or(told, cappedWait)
	case platform.ClassRateLimited:
		for _, limit := range dayLimits {
			if a.Header.Get(limit+"-Remaining") == "0" {
				told = cmp.Or(told, platform.ParseWait(a.Header.Get(limit+"-Reset"), a.At))
			}
		}
		return cmp.Or(told, platform.ParseWait(a.Header.Get("X-Rate-Limit-Reset"), a.At))
	}
	return told
}

// oauthRefusal is what the token endpoint refuses. It calls a token that is worth nothing an invalid request.
func (k *Connector) oauthRefusal(op string, a platform.Answer, secrets ...string) error {
	var body struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal(a.Body, &body)
	class, code := classOf(a.Status, problem{}, false)
	switch {
	case class == platform.ClassTransient || class == platform.ClassRateLimited: // whatever it says
	case body.Error == "invalid_grant" || body.Error == "invalid_token" || body.Error == "invalid_request" && op != "token":
		class = platform.ClassAuthRevoked
	case a.Status == http.StatusUnauthorized || body.Error != "":
		class = platform.ClassInvalid // it is we who are refused, not the person
	}
	return &platform.Error{
		Platform: platform.X, Op: op, Class: class, Code: cmp.Or(body.Error, code),
		Message: platform.Clip(body.Description, secrets...), RetryAfter: retryAfter(a, class),
	}
}

func (k *Connector) refuse(op string, class platform.Class, code, message string) error {
	return &platform.Error{Platform: platform.X, Op: op, Class: class, Code: code, Message: message}
}

func (k *Connector) invalid(op, code, message string) error {
	return k.refuse(op, platform.ClassInvalid, code, message)
}
