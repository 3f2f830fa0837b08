package tiktok

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/platform"
)

// classes are TikTok's codes. 40100 to 40102 are throttling here, not a matter of access.
var classes = map[int]platform.Class{
	40016: platform.ClassRateLimited, 40100: platform.ClassRateLimited, 40101: platform.ClassRateLimited,
	40102: platform.ClassRateLimited, 40133: platform.ClassRateLimited,
	40105: platform.ClassAuthRevoked, 40110: platform.ClassAuthRevoked, 40131: platform.ClassAuthRevoked,
	40001: platform.ClassAuthScope,
	40002: platform.ClassInvalid, 40006: platform.ClassInvalid, codeTooLarge: platform.ClassInvalid,
	40007: platform.ClassNotFound,
	50000: platform.ClassTransient, 51001: platform.ClassTransient, 60001: platform.ClassTransient,
}

const (
	codeTooLarge = 40067 // of a report
	// codeServer is where the codes of TikTok's own failures begin: what was asked may be done.
	codeServer = 50000
	// throttledFor is the wait for a limit a minute: TikTok doesn't tell one.
	throttledFor = 5 * time.Minute
)

// refusal is what an answer refuses, nil for none. The body tells it; the status does only where the body doesn't.
func (k *Connector) refusal(op string, a platform.Answer, body envelope, secrets ...string) error {
	if *body.Code == 0 && a.Status < http.StatusMultipleChoices {
		return nil
	}
	e := k.refused(op, a, cmp.Or(classOf(*body.Code, body.Message), statusClass(a.Status)))
	e.Code = strconv.Itoa(cmp.Or(*body.Code, a.Status))
	e.Message = platform.Clip(body.Message, append(secrets, k.endpoint.ClientSecret.Reveal())...)
	e.Unsure = *body.Code >= codeServer || a.Status >= http.StatusMultipleChoices && !platform.Refused(a.Status)
	if e.Class == platform.ClassRateLimited && daily(body.Message) {
		e.Class, e.RetryAfter = platform.ClassQuota, platform.UntilMidnightUTC(a.At)
	}
	return e
}

// unread is the failure of an answer that is none of TikTok's: a page of what stands between it and us.
func (k *Connector) unread(op string, a platform.Answer) error {
	e := k.refused(op, a, statusClass(a.Status))
	e.Code, e.Message, e.Unsure = strconv.Itoa(a.Status), "the answer is none of the API's", !platform.Refused(a.Status)
	if a.Status < http.StatusMultipleChoices {
		e.Class, e.Code = platform.ClassTransient, "malformed"
	}
	return e
}

func (k *Connector) refused(op string, a platform.Answer, class platform.Class) *platform.Error {
	e := &platform.Error{Platform: platform.TikTok, Op: op, Class: class, RetryAfter: platform.ParseWait(a.Header.Get("Retry-After"), a.At)}
	if class == platform.ClassRateLimited {
		e.RetryAfter = cmp.Or(e.RetryAfter, throttledFor)
	}
	return e
}

// classOf is the class of a code, "" of an unknown one. Some codes say two things, and the message which.
func classOf(code int, message string) platform.Class {
	text := strings.ToLower(message)
	switch {
	case (code == 40105 || code == 40110) && strings.Contains(text, ExpiredText):
		return platform.ClassAuthExpired
	case code == 40001 && (strings.Contains(text, SuspendedText) || strings.Contains(text, GoneText)):
		return platform.ClassSuspended
	case code == 40007 && strings.Contains(text, VersionText):
		return platform.ClassSunset
	}
	return classes[code]
}

func statusClass(status int) platform.Class {
	switch {
	case status == http.StatusTooManyRequests:
		return platform.ClassRateLimited
	case status == http.StatusRequestTimeout || status >= 500:
		return platform.ClassTransient
	}
	return platform.ClassUnknown
}

// daily reports whether a limit is one of a day, which starts anew at midnight UTC.
func daily(message string) bool {
	text := strings.ToLower(message)
	return strings.Contains(text, "qpd") || strings.Contains(text, "per day") || strings.Contains(text, "daily")
}

func (k *Connector) refuse(op string, class platform.Class, code, message string) error {
	return &platform.Error{Platform: platform.TikTok, Op: op, Class: class, Code: code, Message: message}
}

func (k *Connector) invalid(op, code, message string) error {
	return k.refuse(op, platform.ClassInvalid, code, message)
}
