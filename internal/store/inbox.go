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

// IsRead reports whether the person has read the notice; one that is not there is not read.
func (s Inbox) IsRead(ctx context.Context, orgID, userID, noticeID string, at time.Time) (bool, error) {
	n, err := s.Get(ctx, orgID, userID, s.Ref(notification.Notice{OrgID: orgID, UserID: userID, ID: noticeID, At: at}))
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return n.ReadAt != nil, err
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
		if same(n.ReadAt, next.ReadAt) && same(n.ArchivedAt, next.ArchivedAt) && same(n.SnoozedTo, next.SnoozedTo) {
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

// NoticeFilter says which notices are meant. Without Archived and Snoozed only those are that are neither.
type NoticeFilter struct {
	Unread, Archived, Snoozed bool
	Severity                  notification.Severity // "": any
	Category                  string                // "": any
}

func (f NoticeFilter) passes(n notification.Notice, now time.Time) bool {
	return (n.ArchivedAt != nil) == f.Archived && n.Snoozed(now) == f.Snoozed && (!f.Unread || n.ReadAt == nil) &&
		(f.Severity == "" || n.Severity == f.Severity) && (f.Category == "" || n.Category == f.Category)
}

// filterPages is how many pages are looked through for one page of what a filter lets pass.
const filterPages = 10

// List reads one page of a person's notices, the newest first; after is a former next. A page may be short,
// even empty, and still have a next: little of what was looked through passed the filter.
func (s Inbox) List(ctx context.Context, orgID, userID string, f NoticeFilter, now time.Time, limit int, after string) (list []notification.Notice, next string, err error) {
	q, partition := Query{Descending: true, Limit: limit}, Org(orgID).Inbox(userID)
	switch {
	case f.Snoozed:
		q.Indexed, q.From, partition = true, Stamp(now), Org(orgID).Unread(userID)
	case f.Unread:
		q.Indexed, q.To, partition = true, PrefixEnd(Stamp(now)), Org(orgID).Unread(userID)
	}
	for range filterPages {
		items, more, err := Merge(ctx, s.Table, q, []string{partition}, after)
		if err != nil {
			return nil, "", fmt.Errorf("list the inbox: %w", err)
		}
		for _, item := range items {
			n, err := decodeNotice(item)
			if err != nil {
				return nil, "", err
			}
			if !f.passes(n, now) {
				continue
			}
			if list = append(list, n); len(list) == limit {
				return list, q.sortKey(item), nil
			}
		}
		if after = more; more == "" {
			break
		}
	}
	return list, after, nil
}

// CountUnread counts a person's unread notices up to MaxPage, less those that are put off; more reports
// whether there are others.
func (s Inbox) CountUnread(ctx context.Context, orgID, userID string, now time.Time) (n int, more bool, err error) {
	page, err := s.Table.Query(ctx, Query{
		Indexed: true, Partition: Org(orgID).Unread(userID), To: PrefixEnd(Stamp(now)), Limit: MaxPage, KeysOnly: true,
	})
	if err != nil {
		return 0, false, fmt.Errorf("count unread notices: %w", err)
	}
	return len(page.Items), page.Next != "", nil
}

func noticeItem(n notification.Notice) (Item, error) {
	item, err := jsonItem(Org(n.OrgID).Notice(n.UserID, n.ID, n.At), n)
	item.Version = n.Version
	item.ExpiresAt = n.At.Add(noticeTTL).Truncate(time.Second)
	switch {
	case n.SnoozedTo != nil: // it comes back at the top
		item.Index = Org(n.OrgID).UnreadNotice(n.UserID, n.ID, *n.SnoozedTo)
	case n.ReadAt == nil:
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
