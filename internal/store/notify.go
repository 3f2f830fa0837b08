package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/notification"
)

// Notify keeps how people are told: their preferences and addresses, the organisation's preferences and
// its channels.
type Notify struct{ Table Table }

// directoryRow adds what one item says of how people are told.
func directoryRow(d *notification.Directory, item Item) error {
	switch {
	case item.SK == defaultsKey:
		p, err := decodeVersioned(item, func(p *notification.Preferences, v int64) { p.Version = v })
		d.Defaults = p
		return err
	case strings.HasPrefix(item.SK, personPrefix):
		p, err := decodeVersioned(item, func(p *notification.Person, v int64) { p.Version = v })
		if d.People == nil {
			d.People = map[string]notification.Person{}
		}
		d.People[p.UserID] = p
		return err
	case strings.HasPrefix(item.SK, channelPrefix):
		c, err := decodeVersioned(item, func(c *notification.Channel, v int64) { c.Version = v })
		d.Channels = append(d.Channels, c)
		return err
	}
	return fault.Newf(fault.Permanent, "bad_record", "there is no %q among the members", item.SK)
}

func decodeVersioned[T any](item Item, set func(*T, int64)) (T, error) {
	v, err := decodeJSON[T](item)
	set(&v, item.Version)
	return v, err
}

// Directory reads how everybody in the organisation is told.
func (s Notify) Directory(ctx context.Context, orgID string) (notification.Directory, error) {
	r, err := Tenants(s).Roster(ctx, orgID)
	return r.Notify, err
}

// Person reads how one person is told; the zero value at version 0 for one who never said anything.
func (s Notify) Person(ctx context.Context, orgID, userID string) (notification.Person, error) {
	p, err := read(ctx, s.Table, Org(orgID).Person(userID), "person", func(p *notification.Person, v int64) { p.Version = v })
	if fault.Is(err, fault.NotFound) {
		return notification.Person{UserID: userID}, nil
	}
	return p, err
}

// PutPerson writes over the version that was read.
func (s Notify) PutPerson(ctx context.Context, orgID string, p notification.Person, action, detail string, cause event.Cause) (notification.Person, error) {
	before := p.Version
	p.Version++
	return p, Tenants(s).write(ctx, cause, orgID, action, "user/"+p.UserID, detail,
		put(Org(orgID).Person(p.UserID), p, p.Version, since(before)))
}

// Confirm notes that the owner of a contact's address has agreed, unless the contact has changed since.
func (s Notify) Confirm(ctx context.Context, orgID string, p notification.Person) error {
	before := p.Version
	p.Version++
	item := put(Org(orgID).Person(p.UserID), p, p.Version, VersionIs(before))
	if item.err != nil {
		return item.err
	}
	return dropOutdated(s.Table.Write(ctx, versioned("confirm/"+p.UserID, p.Version), item.op))
}

// Defaults reads the organisation's preferences.
func (s Notify) Defaults(ctx context.Context, orgID string) (notification.Preferences, error) {
	p, err := read(ctx, s.Table, Org(orgID).NotifyDefaults(), "preference", func(p *notification.Preferences, v int64) { p.Version = v })
	if fault.Is(err, fault.NotFound) {
		return notification.Preferences{}, nil
	}
	return p, err
}

// PutDefaults writes over the version that was read.
func (s Notify) PutDefaults(ctx context.Context, orgID string, p notification.Preferences, cause event.Cause) (notification.Preferences, error) {
	before := p.Version
	p.Version++
	return p, Tenants(s).write(ctx, cause, orgID, "notifications.updated", "org/"+orgID, "",
		put(Org(orgID).NotifyDefaults(), p, p.Version, since(before)))
}

// Channels are the organisation's, by name.
func (s Notify) Channels(ctx context.Context, orgID string) ([]notification.Channel, error) {
	items, err := All(ctx, s.Table, Query{Partition: Org(orgID).Members(), From: channelPrefix, To: PrefixEnd(channelPrefix)}, 0)
	if err != nil {
		return nil, fmt.Errorf("read the channels: %w", err)
	}
	list, err := decodeAll(items, func(item Item) (notification.Channel, error) {
		return decodeVersioned(item, func(c *notification.Channel, v int64) { c.Version = v })
	})
	slices.SortFunc(list, func(a, b notification.Channel) int {
		return strings.Compare(a.Name+"\x00"+a.ID, b.Name+"\x00"+b.ID)
	})
	return list, err
}

// Channel reads one; fault.NotFound for one that the organisation does not have.
func (s Notify) Channel(ctx context.Context, orgID, id string) (notification.Channel, error) {
	c, err := read(ctx, s.Table, Org(orgID).Channel(id), "channel", func(c *notification.Channel, v int64) { c.Version = v })
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "channel_not_found", "there is no such channel")
	}
	return c, err
}

// PutChannel writes over the version that was read, 0 for a new one.
func (s Notify) PutChannel(ctx context.Context, orgID string, c notification.Channel, action, detail string, cause event.Cause) (notification.Channel, error) {
	before := c.Version
	c.Version++
	return c, Tenants(s).write(ctx, cause, orgID, action, "channel/"+c.ID, detail, put(Org(orgID).Channel(c.ID), c, c.Version, since(before)))
}

// RemoveChannel deletes one.
func (s Notify) RemoveChannel(ctx context.Context, orgID string, c notification.Channel, cause event.Cause) error {
	return Tenants(s).write(ctx, cause, orgID, "channel.removed", "channel/"+c.ID, c.Name, remove(Org(orgID).Channel(c.ID), VersionIs(c.Version)))
}
