package posts

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bellwether/internal/api"
	"bellwether/internal/fault"
	"bellwether/internal/post"
)

const (
	feedPath = "/v1/calendar/feed.ics"
	// feedLifetime is how long an address works: calendar programs keep it for ever.
	feedLifetime = 365 * 24 * time.Hour
	feedBefore   = 31 * 24 * time.Hour
	feedAfter    = 366 * 24 * time.Hour
)

// feedKey is what the address of a feed carries, sealed: nobody else can make one.
type feedKey struct {
	OrgID   string `json:"o"`
	UserID  string `json:"u"`
	Expires int64  `json:"x"` // epoch seconds
}

func feedContext() map[string]string { return map[string]string{"purpose": "calendar feed"} }

// makeFeed answers with an address that shows the organisation's posts without signing in.
func (a API) makeFeed(w http.ResponseWriter, r *http.Request) error {
	if err := api.Decode(r, &struct{}{}); err != nil {
		return err
	}
	if !strings.HasPrefix(api.Principal(r).Actor, "user/") {
		return fault.New(fault.Denied, "person_wanted", "a calendar address belongs to a person: sign in, instead of sending an API key")
	}
	p, expires := api.Principal(r), api.RequestCause(r).At.Add(feedLifetime).UTC().Truncate(time.Second)
	plain, err := json.Marshal(feedKey{p.OrgID, p.ID, expires.Unix()})
	if err != nil {
		return err
	}
	sealed, err := a.Feeds.Seal(r.Context(), plain, feedContext())
	if err != nil {
		return err
	}
	url := api.Base(r, a.PublicURL) + feedPath + "?key=" + base64.RawURLEncoding.EncodeToString(sealed)
	return api.JSON(w, http.StatusCreated, api.CalendarFeed{Url: url, ExpiresAt: expires})
}

// feed answers calendar programs. The address works for as long as its maker is a member.
func (a API) feed(w http.ResponseWriter, r *http.Request) error {
	now := api.RequestCause(r).At
	key, err := a.openFeed(r, now)
	if err != nil {
		return err
	}
	roster, err := a.Orgs.Roster(r.Context(), key.OrgID)
	if err != nil {
		return err
	}
	if !slices.Contains(roster.Members, key.UserID) {
		return errFeed()
	}
	list, _, err := a.all(r.Context(), key.OrgID, now.Add(-feedBefore), now.Add(feedAfter))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	_, err = w.Write([]byte(calendarOf(list)))
	return err
}

func errFeed() error {
	return fault.New(fault.Denied, "bad_feed", "this calendar address is none of ours, too old, or its maker is no member any more: make a new one")
}

func (a API) openFeed(r *http.Request, now time.Time) (key feedKey, err error) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(r.URL.Query().Get("key"))
	if err != nil {
		return key, errFeed()
	}
	plain, err := a.Feeds.Open(r.Context(), sealed, feedContext())
	if fault.Is(err, fault.Invalid) {
		return key, errFeed()
	}
	if err != nil {
		return key, err
	}
	if err := json.Unmarshal(plain, &key); err != nil || now.Unix() >= key.Expires {
		return key, errFeed()
	}
	return key, nil
}

// eventLength is how long a post stands in a calendar.
const eventLength = 15 * time.Minute

// stamp is a moment as iCalendar writes it.
const stamp = "20060102T150405Z"

// calendarOf is the posts as RFC 5545 wants them.
func calendarOf(list []post.Post) string {
	var b strings.Builder
	line := func(format string, args ...any) { b.WriteString(fold(fmt.Sprintf(format, args...))) }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//Bellwether//Posts//EN")
	line("CALSCALE:GREGORIAN")
	line("METHOD:PUBLISH")
	line("X-WR-CALNAME:Posts")
	line("REFRESH-INTERVAL;VALUE=DURATION:PT15M")
	for _, p := range list {
		if p.PublishAt.IsZero() {
			continue
		}
		line("BEGIN:VEVENT")
		line("UID:%s@bellwether", p.ID)
		line("DTSTAMP:%s", p.UpdatedAt.UTC().Format(stamp))
		line("LAST-MODIFIED:%s", p.UpdatedAt.UTC().Format(stamp))
		line("SEQUENCE:%d", p.Version)
		line("DTSTART:%s", p.PublishAt.UTC().Format(stamp))
		line("DTEND:%s", p.PublishAt.Add(eventLength).UTC().Format(stamp))
		line("SUMMARY:%s", escape(fmt.Sprintf("[%s] %s", p.Status(), p.Summary())))
		line("DESCRIPTION:%s", escape(description(p)))
		line("STATUS:%s", calendarStatus(p.Status()))
		line("TRANSP:TRANSPARENT")
		line("END:VEVENT")
	}
	line("END:VCALENDAR")
	return b.String()
}

func description(p post.Post) string {
	lines := []string{p.Content.Text}
	for _, t := range p.Targets {
		text := fmt.Sprintf("%s, %s: %s", t.Platform, t.AccountName, t.State)
		if t.Permalink != "" {
			text += " " + t.Permalink
		}
		lines = append(lines, text)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func calendarStatus(s post.Status) string {
	switch s {
	case post.StatusDraft:
		return "TENTATIVE"
	case post.StatusCancelled:
		return "CANCELLED"
	}
	return "CONFIRMED"
}

var escaper = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\t", " ")

func escape(text string) string { return escaper.Replace(text) }

// maxLine is the longest line in bytes, without its end.
const maxLine = 75

// fold breaks a line as RFC 5545 wants it: never within a character.
func fold(line string) string {
	var b strings.Builder
	room := maxLine
	for _, r := range line {
		if n := utf8.RuneLen(r); n > room {
			b.WriteString("\r\n ")
			room = maxLine - 1 - n
		} else {
			room -= n
		}
		b.WriteRune(r)
	}
	return b.String() + "\r\n"
}
