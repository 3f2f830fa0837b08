package event

import "time"

// IncidentOpened says that something is wrong, and that somebody has to look after it.
type IncidentOpened struct {
	IncidentID   string `json:"incidentId"`
	Kind         string `json:"kind"`
	Subject      string `json:"subject"` // what it is about: "integration/<id>"
	Title        string `json:"title"`
	Severity     int    `json:"severity"` // 1 to 4; 1 is the worst
	Reopened     bool   `json:"reopened"`
	SuppressedBy string `json:"suppressedBy,omitempty"` // the incident that explains it: nobody is told
}

// IncidentResolved says that it is over.
type IncidentResolved struct {
	IncidentID string    `json:"incidentId"`
	Kind       string    `json:"kind"`
	Subject    string    `json:"subject"`
	Title      string    `json:"title"`
	Severity   int       `json:"severity"`
	OpenedAt   time.Time `json:"openedAt"`
}

func (IncidentOpened) EventType() string   { return "IncidentOpened" }
func (IncidentOpened) EventVersion() int   { return 1 }
func (IncidentResolved) EventType() string { return "IncidentResolved" }
func (IncidentResolved) EventVersion() int { return 1 }
