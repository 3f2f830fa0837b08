package platform

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Class says what may be done about a platform's refusal.
type Class string

const (
	ClassTransient   Class = "transient"          // 5xx, timeouts, a lost connection
	ClassRateLimited Class = "rate_limited"       // wait as told; it is no failure
	ClassQuota       Class = "quota"              // the account's allowance is used up until it resets
	ClassAuthExpired Class = "auth_expired"       // the access token is out of date: refresh once
	ClassAuthRevoked Class = "auth_revoked"       // the grant is gone: a person must connect again
	ClassAuthScope   Class = "auth_scope"         // the grant does not allow it
	ClassSuspended   Class = "account_suspended"  // the platform closed the ad account
	ClassBlocked     Class = "action_blocked"     // the platform stopped the account from publishing for a while
	ClassInvalid     Class = "invalid_request"    // ours is wrong; repeating it can't help
	ClassNotFound    Class = "not_found"          // gone, or hidden from us
	ClassSunset      Class = "api_version_sunset" // the configured API version is dead: an operator's matter
	ClassUnknown     Class = "unknown"            // anything else
)

// Classes are all of them.
func Classes() []Class {
	return []Class{
		ClassTransient, ClassRateLimited, ClassQuota, ClassAuthExpired, ClassAuthRevoked, ClassAuthScope,
		ClassSuspended, ClassBlocked, ClassInvalid, ClassNotFound, ClassSunset, ClassUnknown,
	}
}

// Error is a platform's refusal.
type Error struct {
	Platform   string
	Op         string // which call: "campaigns", "set_status"
	Class      Class
	Code       string        // the platform's own: "190/463", "quotaError.RESOURCE_EXHAUSTED"
	Message    string        // the platform's text, at most 500 characters, without secrets
	RetryAfter time.Duration // as told; 0: not told
	Unsure     bool          // the call may have taken effect all the same
	Err        error         // the transport's, where there was no answer
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s: %s", e.Platform, e.Op, e.Class)
	if e.Code != "" {
		text += " " + e.Code
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// AsError is the platform's refusal in err's chain; any other failure is ClassUnknown.
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Class: ClassUnknown, Message: "the call failed", Err: err}
}

// Is reports whether err is a refusal of the class.
func Is(err error, class Class) bool {
	return err != nil && AsError(err).Class == class
}

// maxMessage is how much of a platform's text is kept, in characters.
const maxMessage = 500

// Clip is a platform's text cut to 500 characters on one line, without the given secrets: platforms
// echo tokens in errors.
func Clip(text string, secrets ...string) string {
	for _, s := range secrets {
		if len(s) >= 6 { // a shorter one would blank out words
			text = strings.ReplaceAll(text, s, "[redacted]")
		}
	}
	text = strings.ToValidUTF8(text, "?")
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > maxMessage {
		text = string([]rune(text)[:maxMessage-1]) + "…"
	}
	return text
}
