package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
)

// Incidents keeps what is wrong, and what was. The last incident of a key is one item; the next one of
// that key moves it among the past ones.
type Incidents struct{ Table Table }

// last reads the last incident of a key, the zero value when there was none.
func (s Incidents) last(ctx context.Context, orgID, key string) (incident.Incident, error) {
	item, err := s.Table.Get(ctx, Org(orgID).Incident(key))
	if fault.Is(err, fault.NotFound) {
		return incident.Incident{}, nil
	}
	if err != nil {
		return incident.Incident{}, fmt.Errorf("read the incident of %s: %w", key, err)
	}
	return decodeIncident(item)
}

// Put lets the incident of the signal's key hear it; a signal that is older than one that was heard is
// dropped as success.
func (s Incidents) Put(ctx context.Context, orgID string, signal incident.Signal) error {
	for attempt := 1; ; attempt++ {
		before, err := s.last(ctx, orgID, signal.Key)
		if err != nil {
			return err
		}
		parent, err := s.parent(ctx, orgID, signal, before)
		if err != nil {
			return err
		}
		ch, err := before.Hear(orgID, signal, parent, signal.Cause)
		if err != nil || ch.Incident.Version == before.Version {
			return err
		}
		err = s.write(ctx, event.Derive(signal.Cause.ID, signal.Key), before, ch)
		if !fault.Is(err, fault.Conflict) || attempt == attempts {
			return err
		}
	}
}

// parent is the open incident that explains a new one, "" for none.
func (s Incidents) parent(ctx context.Context, orgID string, signal incident.Signal, before incident.Incident) (string, error) {
	if signal.Parent == "" || signal.Resolved || before.Open() {
		return "", nil
	}
	i, err := s.last(ctx, orgID, signal.Parent)
	if err != nil || !i.Open() {
		return "", err
	}
	return i.ID, nil
}

// Unresolved reports whether something is wrong by the key.
func (s Incidents) Unresolved(ctx context.Context, orgID, key string) (bool, error) {
	i, err := s.last(ctx, orgID, key)
	return i.Open(), err
}

// Last reads the last incident of a key, open or not; the zero value when there was none.
func (s Incidents) Last(ctx context.Context, orgID, key string) (incident.Incident, error) {
	return s.last(ctx, orgID, key)
}

// Get reads an incident by its id; fault.NotFound for one that the organisation does not have.
func (s Incidents) Get(ctx context.Context, orgID, id string) (incident.Incident, error) {
	page, err := s.Table.Query(ctx, Query{Indexed: true, Partition: Org(orgID).IncidentByID(id).PK, Limit: 1})
	if err != nil {
		return incident.Incident{}, fmt.Errorf("read incident %s: %w", id, err)
	}
	if len(page.Items) == 0 {
		return incident.Incident{}, fault.New(fault.NotFound, "incident_not_found", "there is no such incident")
	}
	return decodeIncident(page.Items[0])
}

// UpdateFrom applies change to the incident that was just read; when somebody else wrote first, it reads
// again and repeats. A past one can't be changed any more.
func (s Incidents) UpdateFrom(ctx context.Context, token string, before incident.Incident, change func(incident.Incident) (incident.Change, error)) (incident.Incident, error) {
	for attempt := 1; ; attempt++ {
		ch, err := change(before)
		if err != nil || ch.Incident.Version == before.Version {
			return before, err
		}
		err = s.write(ctx, token, before, ch)
		if err == nil {
			return ch.Incident, nil
		}
		if !fault.Is(err, fault.Conflict) || attempt == attempts {
			return before, err
		}
		id := before.ID
		if before, err = s.last(ctx, before.OrgID, before.Key); err != nil {
			return before, err
		}
		if before.ID != id {
			return before, fault.New(fault.Conflict, "incident_past", "the incident is over, and a later one has taken its place")
		}
	}
}

// write puts the change, and moves the incident before among the past ones when it is another one.
func (s Incidents) write(ctx context.Context, token string, before incident.Incident, ch incident.Change) error {
	item, err := incidentItem(Org(ch.Incident.OrgID).Incident(ch.Incident.Key), ch)
	if err != nil {
		return err
	}
	ops := []Op{Put(item, since(before.Version))}
	if before.ID != "" && before.ID != ch.Incident.ID {
		past, err := incidentItem(Org(before.OrgID).PastIncident(before.ID, before.OpenedAt), incident.Change{Incident: before})
		if err != nil {
			return err
		}
		ops = append(ops, Put(past, Always()))
	}
	return s.Table.Write(ctx, versioned(token, ch.Incident.Version), ops...)
}

// List are the last incidents of all keys, the worst first, and among equals the oldest.
func (s Incidents) List(ctx context.Context, orgID string) ([]incident.Incident, error) {
	list, err := s.all(ctx, orgID, incidentPrefix, PrefixEnd(incidentPrefix))
	slices.SortFunc(list, func(a, b incident.Incident) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.ID, b.ID))
	})
	return list, err
}

// Past are incidents whose key has a later one and that were opened at from or after and before to, in
// order of their opening.
func (s Incidents) Past(ctx context.Context, orgID string, from, to time.Time) ([]incident.Incident, error) {
	return s.all(ctx, orgID, pastIncidentPrefix+Stamp(from), pastIncidentPrefix+Stamp(to))
}

func (s Incidents) all(ctx context.Context, orgID, from, to string) ([]incident.Incident, error) {
	items, err := All(ctx, s.Table, Query{Partition: Org(orgID).Incidents(), From: from, To: to}, 0)
	if err != nil {
		return nil, fmt.Errorf("read the incidents: %w", err)
	}
	return decodeAll(items, decodeIncident)
}

func incidentItem(key Key, ch incident.Change) (Item, error) {
	item, err := jsonItem(key, ch.Incident)
	if err != nil {
		return Item{}, err
	}
	item.Version, item.Index = ch.Incident.Version, Org(ch.Incident.OrgID).IncidentByID(ch.Incident.ID)
	item.Events, err = encodeEvents(ch.Events)
	return item, err
}

func decodeIncident(item Item) (incident.Incident, error) {
	i, err := decodeJSON[incident.Incident](item)
	i.Version = item.Version
	return i, err
}
