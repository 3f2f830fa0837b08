package notification

import "time"

const incidentCategory = "incident"

// IncidentNews is what there is to say of an incident.
type IncidentNews struct {
	Title       Text
	Severity    int       // 1 to 4; 1 is the worst
	Acknowledge time.Time // by when somebody should take it; the zero time: not told
	Resolve     time.Time // by when it should be over
}

// IncidentTitle is what is wrong, by the kind of the incident and the name of what it is about. title is
// said as it is where either is not known.
func IncidentTitle(kind, name, title string) Text {
	if key := "incident.title." + kind; name != "" && has(key) {
		return say(key, Args{"name": plain(name)})
	}
	return Said(title)
}

// urgency is how urgent an incident of the severity is to those who are told.
func urgency(severity int) Severity {
	switch {
	case severity <= 1:
		return Critical
	case severity == 2:
		return High
	case severity == 3:
		return Medium
	}
	return Low
}

func (i IncidentNews) message(key string, severity Severity, lines ...Text) Message {
	title := say(key, Args{"title": {Text: &i.Title}})
	return Message{Category: incidentCategory, Severity: severity, Title: title, Lines: lines, SMS: titled(title)}
}

func (i IncidentNews) standing() []Text {
	level := urgency(i.Severity)
	lines := []Text{say("incident.severity", Args{"level": count(i.Severity), "severity": coded("severity.", string(level))})}
	if !i.Acknowledge.IsZero() && !i.Resolve.IsZero() {
		lines = append(lines, say("incident.goals", Args{"acknowledge": moment(i.Acknowledge), "resolve": moment(i.Resolve)}))
	}
	return lines
}

// IncidentOpenedMessage tells that something is wrong, and by when it is to be looked after.
func IncidentOpenedMessage(i IncidentNews) Message {
	return i.message("incident.opened", urgency(i.Severity), i.standing()...)
}

// IncidentReopenedMessage tells that what seemed over is not.
func IncidentReopenedMessage(i IncidentNews) Message {
	return i.message("incident.reopened", urgency(i.Severity), i.standing()...)
}

// IncidentResolvedMessage tells that it is over, which is no alarm.
func IncidentResolvedMessage(i IncidentNews, from, to time.Time) Message {
	return i.message("incident.resolved", Low, say("incident.lasted", Args{"from": moment(from), "to": moment(to)}))
}

// Clock is one of an incident's goals: that somebody takes it, or that it is over.
type Clock string

const (
	AcknowledgeClock Clock = "acknowledge"
	ResolveClock     Clock = "resolve"
)

// SLAAtRiskMessage tells that 80 % of a goal's time is gone: high for the two worst severities, else medium.
func SLAAtRiskMessage(i IncidentNews, c Clock, due time.Time) Message {
	return i.message("sla."+string(c)+".risk", worst(i.Severity, High, Medium), say("sla.risk.due", Args{"at": moment(due)}))
}

// SLABreachedMessage tells that a goal's time is up: critical for the two worst severities, else high.
func SLABreachedMessage(i IncidentNews, c Clock, due time.Time) Message {
	return i.message("sla."+string(c)+".over", worst(i.Severity, Critical, High), say("sla.over.due", Args{"at": moment(due)}))
}

// worst is one urgency for the two worst severities, and another for the rest.
func worst(severity int, bad, other Severity) Severity {
	if severity <= 2 {
		return bad
	}
	return other
}

// AckTimedOutMessage tells that somebody took it, and that it isn't over after so long.
func AckTimedOutMessage(i IncidentNews, after time.Duration) Message {
	return i.message("ack.timeout", urgency(i.Severity), say("ack.timeout.how", Args{"n": count(int64(after / time.Minute))}))
}

// TicketFailedMessage tells that a system of tickets took none for the incident. problem is its own
// word, "" for none.
func TicketFailedMessage(i IncidentNews, system, problem string) Message {
	m := i.message("ticket.failed", Medium, say("ticket.failed.advice", nil))
	m.Title.Args["system"] = plain(system)
	if problem != "" {
		m.Lines = append(m.Lines, say("ticket.failed.says", Args{"system": plain(system), "message": plain(Quote(problem))}))
	}
	return m
}
