package store

import (
	"context"
	"fmt"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/grant"
	"bellwether/internal/integration"
)

// Grants keeps the sealed grants of connected accounts, and the attempts to connect one.
type Grants struct{ Table Table }

// Grant reads an account's grant; fault.NotFound for an account without one.
func (s Grants) Grant(ctx context.Context, orgID, integrationID string) (grant.Record, error) {
	item, err := s.Table.Get(ctx, Org(orgID).Grant(integrationID))
	if err != nil {
		return grant.Record{}, fmt.Errorf("read a grant: %w", err)
	}
	r, err := decodeJSON[grant.Record](item)
	r.Version = item.Version
	return r, err
}

// PutGrant writes the record's next version; fault.Conflict when the stored one is not before.
func (s Grants) PutGrant(ctx context.Context, r grant.Record, before int64) error {
	item, err := grantItem(r)
	if err != nil {
		return err
	}
	return s.Table.Write(ctx, versioned("grant/"+r.IntegrationID+"/"+r.Holder, r.Version), Put(item, VersionIs(before)))
}

// DropGrant deletes an account's grant; one that is gone is no error.
func (s Grants) DropGrant(ctx context.Context, orgID, integrationID string) error {
	return s.Table.Write(ctx, "drop-grant/"+integrationID, Delete(Org(orgID).Grant(integrationID), Always()))
}

func grantItem(r grant.Record) (Item, error) {
	item, err := jsonItem(Org(r.OrgID).Grant(r.IntegrationID), r)
	item.Version = r.Version
	return item, err
}

// Connection reads an attempt to connect; fault.NotFound for one that is not there or has expired.
func (s Grants) Connection(ctx context.Context, orgID, id string) (integration.Connection, error) {
	item, err := s.Table.Get(ctx, Org(orgID).Connection(id))
	if fault.Is(err, fault.NotFound) {
		return integration.Connection{}, fault.New(fault.NotFound, "connection_not_found", "there is no such connection, or it has expired: begin again")
	}
	if err != nil {
		return integration.Connection{}, fmt.Errorf("read a connection: %w", err)
	}
	c, err := decodeJSON[integration.Connection](item)
	c.Version = item.Version
	return c, err
}

// PutConnection writes an attempt's next version; version 1 is a new one. fault.Conflict when somebody
// else wrote first.
func (s Grants) PutConnection(ctx context.Context, c integration.Connection) error {
	item, err := jsonItem(Org(c.OrgID).Connection(c.ID), c)
	if err != nil {
		return err
	}
	item.Version, item.ExpiresAt = c.Version, c.ExpiresAt.Truncate(time.Second)
	return s.Table.Write(ctx, versioned("connection/"+c.ID, c.Version), Put(item, since(c.Version-1)))
}
