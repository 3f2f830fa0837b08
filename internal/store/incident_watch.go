package store

import (
	"context"
	"slices"

	"bellwether/internal/fault"
	"bellwether/internal/incident"
)

// Newest reads an incident by its id, as it is now: the index by which Get finds it may lag behind.
// fault.NotFound for one that the organisation does not have, or that the index does not know yet.
func (s Incidents) Newest(ctx context.Context, orgID, id string) (incident.Incident, error) {
	found, err := s.Get(ctx, orgID, id)
	if err != nil {
		return found, err
	}
	is, err := s.last(ctx, orgID, found.Key)
	if err != nil || is.ID == id {
		return is, err
	}
	item, err := s.Table.Get(ctx, Org(orgID).PastIncident(id, found.OpenedAt))
	if fault.Is(err, fault.NotFound) {
		return found, nil
	}
	if err != nil {
		return found, err
	}
	return decodeIncident(item)
}

// Explained are the open incidents that the given one explains.
func (s Incidents) Explained(ctx context.Context, orgID, by string) ([]incident.Incident, error) {
	list, err := s.List(ctx, orgID)
	return slices.DeleteFunc(list, func(i incident.Incident) bool { return !i.Open() || i.SuppressedBy != by }), err
}
