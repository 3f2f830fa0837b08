package notification

import (
	"cmp"
	"strings"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/event"
)

// Message is what there is to tell, with its urgency, before it has recipients and their languages.
type Message struct {
	Category string   `json:"category"`
	Severity Severity `json:"severity"`
	Title    Text     `json:"title"`
	Lines    []Text   `json:"lines,omitempty"`
	SMS      Text     `json:"sms,omitzero"`      // the zero one: there is none
	EventID  string   `json:"eventId,omitempty"` // the event to look up, where what names the message is something else; "": that
	Asks     *Ask     `json:"asks,omitempty"`    // nil: it only tells
}

// Ask is a question to whoever reads the message: whether a rule may act.
type Ask struct {
	ActionID string    `json:"actionId"`
	Until    time.Time `json:"until"`
}

// Rendered is a message as one reads it.
type Rendered struct {
	Title string   // one line
	Lines []string // each one line
	Text  string   // the lines, one below the other
	SMS   string   // at most 160 characters of GSM-7, or 70 of UCS-2; "" where there is none
}

// In is the message in a language; English where it isn't known. Moments without a zone of their own are
// shown in zone, in UTC where that is nil.
func (m Message) In(lang Language, zone *time.Location) Rendered {
	r := Rendered{Title: m.Title.In(lang, zone), Lines: make([]string, len(m.Lines))}
	for n, line := range m.Lines {
		r.Lines[n] = line.In(lang, zone)
	}
	r.Text = strings.Join(r.Lines, "\n")
	if m.SMS.Key != "" {
		r.SMS = short(m.SMS, lang, zone)
	}
	return r
}

// In is the text alone, as Message.In renders it.
func (t Text) In(lang Language, zone *time.Location) string {
	return writer{lang: lang, zone: zone, isolate: true}.text(t)
}

// To addresses the message to one person because of an event, which names it, as that person reads it.
func (m Message) To(userID string, lang Language, zone *time.Location, cause event.Meta) Notice {
	r := m.In(lang, zone)
	return Notice{
		ID: NoticeID(cause.ID, userID), OrgID: cause.OrgID, UserID: userID,
		Category: m.Category, Severity: m.Severity, Title: r.Title, Text: r.Text,
		Subject: cause.Subject, EventID: cmp.Or(m.EventID, cause.ID), At: cause.OccurredAt, Version: 1,
	}
}

// Letter is the message as a channel carries it to one reader. at is when it came to be known.
func (m Message) Letter(lang Language, zone *time.Location, id string, at time.Time, link string) channel.Letter {
	r := m.In(lang, zone)
	return channel.Letter{
		ID: id, Severity: string(m.Severity), Category: m.Category, Title: r.Title, Lines: r.Lines, SMS: r.SMS,
		Link: link, Language: string(lang.spoken()), At: at,
	}
}

// spoken is the language itself, or the one used in place of one that isn't spoken here.
func (l Language) spoken() Language {
	if l == Arabic {
		return Arabic
	}
	return English
}
