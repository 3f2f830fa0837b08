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
	Released     bool   `json:"released,omitempty"`     // it was open, and what explained it is over
	SuppressedBy string `json:"suppressedBy,omitempty"` // the incident that explains it: nobody is told
}

// IncidentChanged says that an open incident was taken by somebody, or got worse: other clocks run now.
type IncidentChanged struct {
	IncidentID string `json:"incidentId"`
	State      string `json:"state"` // triggered, acknowledged
	Severity   int    `json:"severity"`
	Cycle      int    `json:"cycle"` // how often it has been open: 1 is the first time
}

// IncidentResolved says that it is over.
type IncidentResolved struct {
	IncidentID   string    `json:"incidentId"`
	Kind         string    `json:"kind"`
	Subject      string    `json:"subject"`
	Title        string    `json:"title"`
	Severity     int       `json:"severity"`
	OpenedAt     time.Time `json:"openedAt"`
	SuppressedBy string    `json:"suppressedBy,omitempty"` // the incident that explained it to the end: nobody was told
}

// AckTimedOut says that somebody took an incident, and that it went on for so long that it is nobody's again.
type AckTimedOut struct {
	IncidentID string    `json:"incidentId"`
	Severity   int       `json:"severity"`
	Cycle      int       `json:"cycle"`
	TakenBy    string    `json:"takenBy"` // the actor: "user/<id>"
	TakenAt    time.Time `json:"takenAt"`
}

// Goal is one of an incident's goals: what should be done by when.
type Goal struct {
	IncidentID string    `json:"incidentId"`
	Severity   int       `json:"severity"`
	Cycle      int       `json:"cycle"`
	Clock      string    `json:"clock"` // acknowledge, resolve
	DueAt      time.Time `json:"dueAt"`
}

// SlaAtRisk says that 80 % of a goal's time is gone.
type SlaAtRisk struct{ Goal }

// SlaBreached says that a goal's time is up.
type SlaBreached struct{ Goal }

func (IncidentOpened) EventType() string   { return "IncidentOpened" }
func (IncidentOpened) EventVersion() int   { return 1 }
func (IncidentChanged) EventType() string  { return "IncidentChanged" }
func (IncidentChanged) EventVersion() int  { return 1 }
func (IncidentResolved) EventType() string { return "IncidentResolved" }
func (IncidentResolved) EventVersion() int { return 1 }
func (AckTimedOut) EventType() string      { return "AckTimedOut" }
func (AckTimedOut) EventVersion() int      { return 1 }
func (SlaAtRisk) EventType() string        { return "SlaAtRisk" }
func (SlaAtRisk) EventVersion() int        { return 1 }
func (SlaBreached) EventType() string      { return "SlaBreached" }
func (SlaBreached) EventVersion() int      { return 1 }
