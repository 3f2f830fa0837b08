package ticket

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"bellwether/internal/fault"
)

// Ticket is one of the tracker that comes with the system.
type Ticket struct {
	Key        string    `json:"key"`
	OrgID      string    `json:"orgId"`
	IncidentID string    `json:"incidentId"`
	Title      string    `json:"title"`
	Lines      []string  `json:"lines,omitempty"`
	Severity   int       `json:"severity"`
	State      State     `json:"state"`
	OpenedAt   time.Time `json:"openedAt"`
	ClosedAt   time.Time `json:"closedAt,omitzero"`
	Story      []Entry   `json:"story,omitempty"`
	UpdatedAt  time.Time `json:"updatedAt"`
	Version    int64     `json:"-"`
}

// Entry is a line of a ticket's story: a comment, or a change of its state.
type Entry struct {
	ID    string    `json:"id,omitempty"` // of a comment: by it a repeat is known
	At    time.Time `json:"at"`
	Actor string    `json:"actor"`
	State State     `json:"state,omitempty"`
	Text  string    `json:"text,omitempty"`
}

const (
	maxComment = 2000 // bytes
	maxStory   = 200
	maxWeight  = 200_000 // bytes of a story's texts, as the document holds them
)

// keyLetters are those that nobody takes for another.
var keyLetters = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Key is a short name for an incident's ticket: "BW-7F3K2A". Two incidents may come to the same one, of a
// billion; then the next attempt gives another.
func Key(incidentID string, attempt int) string {
	sum := sha256.Sum256([]byte(incidentID + "/" + strconv.Itoa(attempt)))
	return "BW-" + keyLetters.EncodeToString(sum[:])[:6]
}

// IsKey reports whether text may be a key.
func IsKey(text string) bool {
	if len(text) != 9 || text[:3] != "BW-" {
		return false
	}
	_, err := keyLetters.DecodeString(text[3:] + "00")
	return err == nil
}

// New is the incident's ticket under the key.
func New(orgID, key string, d Draft) Ticket {
	lines := slices.Clone(d.Lines)
	if d.Link != "" {
		lines = append(lines, d.Link)
	}
	at := d.OpenedAt.UTC()
	return Ticket{
		Key: key, OrgID: orgID, IncidentID: d.IncidentID, Title: d.Title, Lines: lines, Severity: d.Severity, State: Open,
		OpenedAt: at, UpdatedAt: at, Version: 1,
	}
}

// Comment adds a text, once for its id.
func (t Ticket) Comment(id, actor, text string, at time.Time) (Ticket, error) {
	if text == "" || len(text) > maxComment || !utf8.ValidString(text) {
		return t, fault.InvalidFields(fault.Field{Name: "text", Message: "must be 1 to 2000 bytes"})
	}
	if slices.ContainsFunc(t.Story, func(e Entry) bool { return e.ID == id }) {
		return t, nil
	}
	return t.tell(Entry{ID: id, At: at.UTC(), Actor: actor, Text: text}), nil
}

// Set brings it to a state.
func (t Ticket) Set(state State, actor string, at time.Time) Ticket {
	if t.State == state {
		return t
	}
	t.State, t.ClosedAt = state, time.Time{}
	if state == Done {
		t.ClosedAt = at.UTC()
	}
	return t.tell(Entry{At: at.UTC(), Actor: actor, State: state})
}

// tell adds a line. Of a story that is too long for an item, the oldest lines go.
func (t Ticket) tell(e Entry) Ticket {
	t.Story = append(slices.Clone(t.Story), e)
	for len(t.Story) > maxStory || weigh(t.Story) > maxWeight {
		t.Story = t.Story[1:]
	}
	t.UpdatedAt = e.At
	t.Version++
	return t
}

func weigh(story []Entry) (sum int) {
	for _, e := range story {
		text, _ := json.Marshal(e.Text)
		sum += len(text)
	}
	return sum
}
