package github

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/secret"
	"bellwether/internal/ticket"
)

// delivery is what we read of one of the event "issues".
type delivery struct {
	Action string `json:"action"`
	Issue  struct {
		Number  int       `json:"number"`
		Body    string    `json:"body"`
		URL     string    `json:"html_url"`
		State   string    `json:"state"`
		Updated time.Time `json:"updated_at"`
	} `json:"issue"`
	Repository struct {
		Name string `json:"full_name"`
	} `json:"repository"`
}

// Hear reads a delivery. It is fault.Denied unless it is signed; ok is false for one that says nothing of a
// ticket of ours.
func Hear(body []byte, header http.Header, key secret.Text) (n ticket.News, ok bool, err error) {
	if err := ticket.Verify(body, header.Get("X-Hub-Signature-256"), key); err != nil {
		return n, false, err
	}
	if header.Get("X-Github-Event") != "issues" {
		return n, false, nil
	}
	var d delivery
	if err := json.Unmarshal(body, &d); err != nil {
		return n, false, fault.Wrap(err, fault.Invalid, "bad_delivery", "the delivery can't be read")
	}
	n = ticket.News{
		IncidentID: incidentOf(d.Issue.Body), At: d.Issue.Updated.UTC(),
		Ref: ticket.Ref{Tracker: ticket.GitHub, Key: d.Repository.Name + "#" + strconv.Itoa(d.Issue.Number), URL: d.Issue.URL},
	}
	switch d.Action {
	case "closed":
		n.State = ticket.Done
	case "reopened":
		n.State = ticket.Open
	}
	return n, n.State != "" && n.IncidentID != "" && !n.At.IsZero(), nil
}
