package meta

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/platform"
)

// problem is Meta's error object.
type problem struct {
	Message   string `json:"message"`
	Code      int    `json:"code"`
	Subcode   int    `json:"error_subcode"`
	Transient bool   `json:"is_transient"`
}

// refusal reads a refusal out of an answer; nil for a good one. The body tells, not the status: expired
// tokens and throttling come under 400.
func (c *graph) refusal(op string, a platform.Answer, secrets []string) error {
	var body struct {
		Error *problem `json:"error"`
	}
	err := json.Unmarshal(a.Body, &body)
	if body.Error == nil {
		if a.Status < 300 {
			return nil
		}
		class := platform.ClassUnknown
		if a.Status >= 500 || err != nil {
			class = platform.ClassTransient
		}
		return &platform.Error{Platform: c.client.Platform, Op: op, Class: class, Code: strconv.Itoa(a.Status), Message: "Meta answered " + strconv.Itoa(a.Status), RetryAfter: platform.ParseWait(a.Header.Get("Retry-After"), a.At), Unsure: !platform.Refused(a.Status)}
	}
	p := *body.Error
	code := strconv.Itoa(p.Code)
	if p.Subcode != 0 {
		code += "/" + strconv.Itoa(p.Subcode)
	}
	class := classOf(p, a.Status)
	if platform.Posts(c.client.Platform) {
		class, code = ofPosts(p, class, code)
	}
	return &platform.Error{
		Platform: c.client.Platform, Op: op, Class: class, Code: code,
		Message: platform.Clip(p.Message, append(secrets, c.endpoint.ClientSecret.Reveal())...), RetryAfter: wait(a),
		Unsure: !platform.Refused(a.Status) || class == platform.ClassTransient && !idle[p.Subcode],
	}
}

func classOf(p problem, status int) platform.Class {
	text := strings.ToLower(p.Message)
	switch {
	case p.Code == 190 && strings.Contains(text, "must be granted"):
		return platform.ClassAuthScope
	case p.Code == 190 && (p.Subcode == 458 || p.Subcode == 460):
		return platform.ClassAuthRevoked
	case p.Code == 190 || p.Code == 102:
		return platform.ClassAuthExpired
	case p.Code == 17 && p.Subcode == 2446079, p.Code == 613 && p.Subcode == 1487742:
		return platform.ClassQuota
	case p.Code == 4, p.Code == 17, p.Code == 32, p.Code == 613, p.Code >= 80000 && p.Code <= 80006, p.Code == 80008:
		return platform.ClassRateLimited
	case p.Code == 200 && p.Subcode == DisabledSubcode:
		return platform.ClassSuspended
	case p.Code == 3, p.Code == 10, p.Code >= 200 && p.Code <= 299, p.Code == 368:
		return platform.ClassAuthScope
	case p.Code == 100 && strings.Contains(text, "missing permissions") && p.Subcode != 33:
		return platform.ClassAuthScope
	case p.Code == 100 && p.Subcode == 33, p.Code == 803:
		return platform.ClassNotFound
	case p.Code == 2635, strings.Contains(text, "deprecated") && strings.Contains(text, "version"):
		return platform.ClassSunset
	case p.Transient, p.Code == 1, p.Code == 2, p.Subcode == 99, p.Code == 960, status >= 500:
		return platform.ClassTransient
	case p.Code == 100, p.Code == DuplicateCode:
		return platform.ClassInvalid
	}
	return platform.ClassUnknown
}

// usageHeaders tell how much of a quota is used, each in JSON.
var usageHeaders = []string{"X-App-Usage", "X-Ad-Account-Usage", "X-Business-Use-Case-Usage", "X-Fb-Ads-Insights-Throttle"}

// usage notes the highest share that a header tells.
func usage(h http.Header, meter *platform.Meter) {
	highest, told := 0.0, false
	for _, name := range usageHeaders {
		each(h.Get(name), func(field string, n float64) {
			if strings.HasSuffix(field, "_pct") || field == "call_count" || field == "total_time" || field == "total_cputime" {
				highest, told = max(highest, n), true
			}
		})
	}
	if told {
		meter.Used(int(math.Ceil(min(highest, 1000))))
	}
}

// wait is how long Meta wants us to wait: it says so in minutes, beside the usage.
func wait(a platform.Answer) time.Duration {
	var minutes float64
	each(a.Header.Get("X-Business-Use-Case-Usage"), func(field string, n float64) {
		if field == "estimated_time_to_regain_access" {
			minutes = max(minutes, n)
		}
	})
	if minutes > 0 {
		return platform.Minutes(int64(math.Ceil(minutes)))
	}
	return platform.ParseWait(a.Header.Get("Retry-After"), a.At)
}

// each visits the numbers in a header of JSON, however deep.
func each(text string, visit func(field string, n float64)) {
	var v any
	if text == "" || json.Unmarshal([]byte(text), &v) != nil {
		return
	}
	var walk func(field string, v any)
	walk = func(field string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, inner := range v {
				walk(name, inner)
			}
		case []any:
			for _, inner := range v {
				walk(field, inner)
			}
		case float64:
			visit(field, v)
		}
	}
	walk("", v)
}
