package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/notification"
)

// Inbox keeps the notices of people. Unread ones stand in the sparse index, so that they are
// counted without reading the others.
type Inbox struct{ Table Table }

// noticeTTL is how long a notice is kept.
const noticeTTL = 180 * 24 * time.Hour

// Add puts a notice into an inbox; one that is there already stays as it is, read or not.
func (s Inbox) Add(ctx context.Context, n notification.Notice) error {
	item, err := noticeItem(n)
	if err != nil {
		return err
	}
	return dropOutdated(s.Table.Write(ctx, n.ID, Put(item, NotExists())))
}

// Get finds a notice by its reference, which List gives.
func (s Inbox) Get(ctx context.Context, orgID, userID, ref string) (notification.Notice, error) {
	item, err := s.Table.Get(ctx, Key{PK: Org(orgID).Inbox(userID), SK: strings.Replace(ref, "_", "#", 1)})
	if fault.Is(err, fault.NotFound) {
		return notification.Notice{}, fault.New(fault.NotFound, "notice_not_found", "there is no such notice in the inbox")
	}
	if err != nil {
		return notification.Notice{}, fmt.Errorf("read a notice: %w", err)
	}
	return decodeNotice(item)
}

// Ref is the notice's reference within its inbox, as it stands in paths: its sort key, with a
// separator that a path can hold.
func (s Inbox) Ref(n notification.Notice) string {
	return strings.Replace(Org(n.OrgID).Notice(n.UserID, n.ID, n.At).SK, "#", "_", 1)
}

// Update applies change to a notice; when somebody else wrote first, it reads again and repeats.
func (s Inbox) Update(ctx context.Context, token, orgID, userID, ref string, change func(notification.Notice) notification.Notice) (notification.Notice, error) {
	var err error
	for range attempts {
		var n notification.Notice
		if n, err = s.Get(ctx, orgID, userID, ref); err != nil {
			return n, err
		}
		next := change(n)
		if same(n.ReadAt, next.ReadAt) && same(n.ArchivedAt, next.ArchivedAt) {
			return n, nil
		}
		next.Version++
		var item Item
		if item, err = noticeItem(next); err != nil {
			return n, err
		}
		err = s.Table.Write(ctx, token+"/"+strconv.FormatInt(next.Version, 10), Put(item, VersionIs(n.Version)))
		if !fault.Is(err, fault.Conflict) {
			return next, err
		}
	}
	return notification.Notice{}, err
}

// List reads one page of a person's notices, the newest first; after is a former next.
// unread leaves out what was read.
func (s Inbox) List(ctx context.Context, orgID, userID string, unread bool, limit int, after string) (list []notification.Notice, next string, err error) {
	q, partition := Query{Descending: true, Limit: limit}, Org(orgID).Inbox(userID)
	if unread {
		q.Indexed, partition = true, Org(orgID).Unread(userID)
	}
	items, next, err := Merge(ctx, s.Table, q, []string{partition}, after)
	if err != nil {
		return nil, "", fmt.Errorf("list the inbox: %w", err)
	}
	list, err = decodeAll(items, decodeNotice)
	return list, next, err
}

// CountUnread counts a person's unread notices up to MaxPage; more reports whether there are others.
func (s Inbox) CountUnread(ctx context.Context, orgID, userID string) (n int, more bool, err error) {
	page, err := s.Table.Query(ctx, Query{Indexed: true, Partition: Org(orgID).Unread(userID), Limit: MaxPage, KeysOnly: true})
	if err != nil {
		return 0, false, fmt.Errorf("count unread notices: %w", err)
	}
	return len(page.Items), page.Next != "", nil
}

func noticeItem(n notification.Notice) (Item, error) {
	item, err := jsonItem(Org(n.OrgID).Notice(n.UserID, n.ID, n.At), n)
	item.Version = n.Version
	item.ExpiresAt = n.At.Add(noticeTTL).Truncate(time.Second)
	if n.ReadAt == nil {
		item.Index = Org(n.OrgID).UnreadNotice(n.UserID, n.ID, n.At)
	}
	return item, err
}

func decodeNotice(item Item) (notification.Notice, error) {
	n, err := decodeJSON[notification.Notice](item)
	n.Version = item.Version
	return n, err
}

func same(a, b *time.Time) bool {
	return (a == nil) == (b == nil) && (a == nil || a.Equal(*b))
}
