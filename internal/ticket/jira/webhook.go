package jira

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/secret"
	"bellwether/internal/ticket"
)

// delivery is what we read of one of the event "jira:issue_updated".
type delivery struct {
	At    int64  `json:"timestamp"` // in Unix milliseconds
	Event string `json:"webhookEvent"`
	Issue struct {
		Key    string `json:"key"`
		Fields struct {
			Labels []string `json:"labels"`
			Status status   `json:"status"`
		} `json:"fields"`
	} `json:"issue"`
	Changelog struct {
		Items []struct {
			Field string `json:"field"`
		} `json:"items"`
	} `json:"changelog"`
}

// Hear reads a delivery. It is fault.Denied unless it is signed; ok is false for one that says nothing of a
// ticket of ours, or not that its status changed.
func Hear(body []byte, header http.Header, key secret.Text) (n ticket.News, ok bool, err error) {
	if err := ticket.Verify(body, header.Get("X-Hub-Signature"), key); err != nil {
		return n, false, err
	}
	var d delivery
	if err := json.Unmarshal(body, &d); err != nil {
		return n, false, fault.Wrap(err, fault.Invalid, "bad_delivery", "the delivery can't be read")
	}
	moved := slices.ContainsFunc(d.Changelog.Items, func(i struct {
		Field string `json:"field"`
	}) bool {
		return i.Field == "status"
	})
	if d.Event != "jira:issue_updated" || !moved || d.At <= 0 || d.Issue.Fields.Status.Category.Key == "" {
		return n, false, nil
	}
	n = ticket.News{Ref: ticket.Ref{Tracker: ticket.Jira, Key: d.Issue.Key}, State: d.Issue.Fields.Status.state(), At: time.UnixMilli(d.At).UTC()}
	for _, l := range d.Issue.Fields.Labels {
		if id, ok := strings.CutPrefix(l, label+"-"); ok && event.IsID(id) {
			n.IncidentID = id
		}
	}
	return n, n.IncidentID != "", nil
}
