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
	40002: platform.ClassInvalid, 40006: platform.ClassInvalid, 40067: platform.ClassInvalid,
	40007: platform.ClassNotFound,
	50000: platform.ClassTransient, 51001: platform.ClassTransient, 60001: platform.ClassTransient,
}

const (
	codeTooLarge = 40067
	// throttledFor is the wait for a limit a minute: TikTok doesn't tell one.
	throttledFor = 5 * time.Minute
)

// refusal is what an answer refuses, nil for none.
func (k *Connector) refusal(op string, a platform.Answer, body envelope, secrets ...string) error {
	if *body.Code == 0 && a.Status < 400 {
		return nil
	}
	secrets = append(secrets, k.endpoint.ClientSecret.Reveal())
	e := &platform.Error{
		Platform: platform.TikTok, Op: op, Class: classOf(*body.Code, body.Message), Code: strconv.Itoa(*body.Code),
		Message: platform.Clip(body.Message, secrets...), RetryAfter: platform.ParseWait(a.Header.Get("Retry-After"), a.At),
		Unsure: *body.Code >= 50000,
	}
	if e.Class != platform.ClassRateLimited || e.RetryAfter != 0 {
		return e
	}
	e.RetryAfter = throttledFor
	if daily(body.Message) {
		e.Class, e.RetryAfter = platform.ClassQuota, platform.UntilMidnightUTC(a.At)
	}
	return e
}

// daily reports whether a limit is one of a day.
func daily(message string) bool {
	text := strings.ToLower(message)
	return strings.Contains(text, "qpd") || strings.Contains(text, "per day") || strings.Contains(text, "daily")
}

func classOf(code int, message string) platform.Class {
	text := strings.ToLower(message)
	switch {
	case code == 40105 && strings.Contains(text, ExpiredText):
		return platform.ClassAuthExpired
	case code == 40001 && strings.Contains(text, SuspendedText):
		return platform.ClassSuspended
	case code == 40007 && strings.Contains(text, "version"):
		return platform.ClassSunset
	}
	return cmp.Or(classes[code], platform.ClassUnknown)
}

// unread is the refusal of what stands between TikTok and us, nil where the answer is none.
func (k *Connector) unread(op string, a platform.Answer) error {
	switch {
	case a.Status == http.StatusTooManyRequests:
		return &platform.Error{
			Platform: platform.TikTok, Op: op, Class: platform.ClassRateLimited, Code: "429",
			RetryAfter: cmp.Or(platform.ParseWait(a.Header.Get("Retry-After"), a.At), throttledFor),
		}
	case a.Status >= 500 || a.Status == http.StatusRequestTimeout:
		return &platform.Error{
			Platform: platform.TikTok, Op: op, Class: platform.ClassTransient, Code: strconv.Itoa(a.Status),
			RetryAfter: platform.ParseWait(a.Header.Get("Retry-After"), a.At), Unsure: true,
		}
	case a.Status >= 400:
		return k.refuse(op, platform.ClassUnknown, strconv.Itoa(a.Status), "the answer is none of the API's")
	}
	return nil
}

func (k *Connector) refuse(op string, class platform.Class, code, message string) error {
	return &platform.Error{Platform: platform.TikTok, Op: op, Class: class, Code: code, Message: message}
}

func (k *Connector) invalid(op, code, message string) error {
	return k.refuse(op, platform.ClassInvalid, code, message)
}
