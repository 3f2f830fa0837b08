package google

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"bellwether/internal/platform"
)

// status is Google's own form of a refusal, wherever it stands.
type status struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Status  string `json:"status"`
	Details []struct {
		Errors     []failure `json:"errors"`     // of a GoogleAdsFailure
		RetryDelay string    `json:"retryDelay"` // of a RetryInfo
	} `json:"details"`
}

type failure struct {
	ErrorCode map[string]string `json:"errorCode"`
	Message   string            `json:"message"`
	Details   struct {
		Quota struct {
			RetryDelay string `json:"retryDelay"`
		} `json:"quotaErrorDetails"`
	} `json:"details"`
}

type envelope struct {
	Error   *status `json:"error"`
	Partial *status `json:"partialFailureError"`
}

// refusal is what the answer refuses, nil for none: a body can refuse under the status 200, and the
// streaming calls wrap it into an array.
func (k *Connector) refusal(op string, a platform.Answer, secrets ...string) error {
	told := statusOf(a.Body)
	if told == nil {
		if a.Status == http.StatusOK {
			return nil
		}
		class := classOfStatus(a.Status)
		if a.Status == http.StatusNotFound {
			class = lostPath
		}
		return k.told(op, a, class, strconv.Itoa(a.Status), http.StatusText(a.Status), "", secrets)
	}
	code, class, message, wait := told.Status, classOfStatus(max(told.Code, a.Status)), told.Message, ""
	if a.Status == http.StatusNotFound && told.Status == "" {
		class = lostPath
	}
	for _, d := range told.Details {
		if d.RetryDelay != "" {
			wait = d.RetryDelay
		}
		if len(d.Errors) == 0 {
			continue
		}
		first := d.Errors[0]
		for _, kind := range slices.Sorted(maps.Keys(first.ErrorCode)) { // there is one
			code = kind + "." + first.ErrorCode[kind]
			class = classOf(kind, first.ErrorCode[kind], max(told.Code, a.Status))
		}
		message = first.Message
		if first.Details.Quota.RetryDelay != "" {
			wait = first.Details.Quota.RetryDelay
		}
	}
	return k.told(op, a, class, code, message, wait, secrets)
}

func statusOf(body []byte) *status {
	body = bytes.TrimSpace(body)
	var list []envelope
	if len(body) > 0 && body[0] == '[' {
		_ = json.Unmarshal(body, &list)
	} else {
		list = make([]envelope, 1)
		_ = json.Unmarshal(body, &list[0]) // what is no JSON refuses nothing by its body
	}
	for _, e := range list {
		if e.Error != nil {
			return e.Error
		}
		if e.Partial != nil {
			return e.Partial
		}
	}
	return nil
}

// classes are those of single codes; the others go by their kind.
var classes = map[string]platform.Class{
	"OAUTH_TOKEN_EXPIRED": platform.ClassAuthExpired, "OAUTH_TOKEN_INVALID": platform.ClassAuthExpired,
	"OAUTH_TOKEN_REVOKED": platform.ClassAuthRevoked, "OAUTH_TOKEN_DISABLED": platform.ClassAuthRevoked,
	"GOOGLE_ACCOUNT_DELETED": platform.ClassAuthRevoked,
	"NOT_ADS_USER":           platform.ClassAuthScope, "TWO_STEP_VERIFICATION_NOT_ENROLLED": platform.ClassAuthScope,
	ClosedCode:           platform.ClassSuspended,
	"ACCESS_PROHIBITED":  platform.ClassAuthScope,
	"RESOURCE_EXHAUSTED": platform.ClassQuota,
	"RESOURCE_NOT_FOUND": platform.ClassNotFound, "CUSTOMER_NOT_FOUND": platform.ClassNotFound,
	"CONCURRENT_MODIFICATION": platform.ClassTransient,
	"UNSUPPORTED_VERSION":     platform.ClassSunset,
}

// classOf is the class of an error code; http is the status that it came under.
func classOf(kind, code string, http int) platform.Class {
	if class, ok := classes[code]; ok {
		return class
	}
	switch kind {
	case "authorizationError":
		return platform.ClassAuthScope
	case "quotaError":
		return platform.ClassRateLimited
	case "internalError":
		return platform.ClassTransient
	}
	if http < 400 { // it came under 200
		return platform.ClassInvalid
	}
	return classOfStatus(http)
}

func classOfStatus(code int) platform.Class {
	switch {
	case code == http.StatusUnauthorized:
		return platform.ClassAuthExpired
	case code == http.StatusForbidden:
		return platform.ClassAuthScope
	case code == http.StatusNotFound:
		return platform.ClassNotFound
	case code == http.StatusTooManyRequests:
		return platform.ClassRateLimited
	case code == http.StatusRequestTimeout || code >= 500:
		return platform.ClassTransient
	case code >= 400:
		return platform.ClassInvalid
	}
	return platform.ClassUnknown
}

// tokenRefusal is what the token endpoint refuses: OAuth has a form of its own for that.
func (k *Connector) tokenRefusal(op string, a platform.Answer, secrets ...string) error {
	var body struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal(a.Body, &body)
	if a.Status == http.StatusOK && body.Error == "" {
		return nil
	}
	class := classOfStatus(a.Status)
	switch {
	case body.Error == "invalid_grant" || body.Error == "invalid_token":
		class = platform.ClassAuthRevoked
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden || a.Status < 400 && body.Error != "":
		class = platform.ClassInvalid // it is we who are refused, not the person
	}
	if body.Error == "" {
		body.Error = strconv.Itoa(a.Status)
	}
	return k.told(op, a, class, body.Error, body.Description, "", secrets)
}

// told makes the error. The wait of the body goes before that of the header.
func (k *Connector) told(op string, a platform.Answer, class platform.Class, code, message, wait string, secrets []string) error {
	var after time.Duration
	if after = platform.ParseWait(wait, a.At); after == 0 {
		after = platform.ParseWait(a.Header.Get("Retry-After"), a.At)
	}
	return &platform.Error{
		Platform: platform.Google, Op: op, Class: class, Code: code, Message: platform.Clip(message, secrets...), RetryAfter: after,
	}
}

func (k *Connector) refuse(op string, class platform.Class, code, message string) error {
	return &platform.Error{Platform: platform.Google, Op: op, Class: class, Code: code, Message: message}
}

func (k *Connector) invalid(op, code, message string) error {
	return k.refuse(op, platform.ClassInvalid, code, message)
}
