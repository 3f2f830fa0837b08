package store

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/fault"
	"bellwether/internal/post"
)

// Posts keeps social posts. A post is one item. While something is to be done for it, a second one says
// so, which only a look for what got lost reads.
type Posts struct{ Table Table }

// Get reads a post of the organisation; fault.NotFound for one that it does not have.
func (s Posts) Get(ctx context.Context, orgID, id string) (post.Post, error) {
	item, err := s.Table.Get(ctx, Org(orgID).Post(id))
	if fault.Is(err, fault.NotFound) {
		return post.Post{}, post.ErrNotFound()
	}
	if err != nil {
		return post.Post{}, fmt.Errorf("read post %s: %w", id, err)
	}
	return decodePost(item)
}

// Create writes a new post with its events.
func (s Posts) Create(ctx context.Context, token string, ch post.Change) error {
	ops, err := postOps(post.Post{}, ch)
	if err != nil {
		return err
	}
	return s.Table.Write(ctx, token, ops...)
}

// Launch writes a campaign and its posts, all or nothing.
func (s Posts) Launch(ctx context.Context, token string, c campaign.Change, posts []post.Change) error {
	ops, err := recordOps(campaign.Campaign{}, campaign.Recorded{Change: c})
	if err != nil {
		return err
	}
	for _, ch := range posts {
		own, err := postOps(post.Post{}, ch)
		if err != nil {
			return err
		}
		ops = append(ops, own...)
	}
	if len(ops) > MaxOps {
		return fault.InvalidFields(fault.Field{Name: "content.posts", Message: "are too many beside so many placements for one request: add them one by one"})
	}
	err = s.Table.Write(ctx, token, ops...)
	if fault.Is(err, fault.Conflict) {
		err = cmp.Or(Campaigns(s).taken(ctx, campaign.Campaign{}, c.Campaign), err)
	}
	return err
}

// Update applies change to the post as it is now and writes the outcome with its events; when somebody
// else wrote first, it reads again and repeats. A change that leaves the version as it is writes nothing.
func (s Posts) Update(ctx context.Context, token, orgID, id string, change func(post.Post) (post.Change, error)) (post.Post, error) {
	p, err := s.Get(ctx, orgID, id)
	if err != nil {
		return p, err
	}
	return s.UpdateFrom(ctx, token, p, change)
}

// UpdateFrom is Update for a post that was just read.
func (s Posts) UpdateFrom(ctx context.Context, token string, before post.Post, change func(post.Post) (post.Change, error)) (post.Post, error) {
	for attempt := 1; ; attempt++ {
		ch, err := change(before)
		if err != nil || ch.Post.Version == before.Version {
			return before, err
		}
		ops, err := postOps(before, ch)
		if err != nil {
			return before, err
		}
		err = s.Table.Write(ctx, versioned(token, ch.Post.Version), ops...)
		if err == nil {
			return ch.Post, nil
		}
		if !fault.Is(err, fault.Conflict) || attempt == postAttempts {
			return before, err
		}
		if before, err = s.Get(ctx, before.OrgID, before.ID); err != nil {
			return before, err
		}
	}
}

// postAttempts is how often Update begins anew: all targets of a post may be written at the same moment.
const postAttempts = 3 * post.MaxTargets

// postOps write the post, and the note that it is open when that changes.
func postOps(before post.Post, ch post.Change) ([]Op, error) {
	p := ch.Post
	item, err := jsonItem(Org(p.OrgID).Post(p.ID), p)
	if err != nil {
		return nil, err
	}
	item.Version, item.Index = p.Version, Org(p.OrgID).PostList(p.ID, listedAt(p))
	if item.Events, err = encodeEvents(ch.Events); err != nil {
		return nil, err
	}
	ops := []Op{Put(item, since(before.Version))}
	was, is := OpenPost(p.OrgID, p.ID, openFrom(before)), OpenPost(p.OrgID, p.ID, openFrom(p))
	if before.Open() && (!p.Open() || was != is) {
		ops = append(ops, Delete(was, Always()))
	}
	if p.Open() && (!before.Open() || was != is) {
		note, err := jsonItem(is, struct{}{})
		if err != nil {
			return nil, err
		}
		ops = append(ops, Put(note, Always()))
	}
	return ops, nil
}

// listedAt is the post's place in the calendar.
func listedAt(p post.Post) time.Time {
	if p.PublishAt.IsZero() {
		return p.CreatedAt
	}
	return p.PublishAt
}

// openFrom is when a look for lost posts first has to see this one: its time. It stays there until all is
// done, so that a post that is tried and looked for again and again costs no further writes.
func openFrom(p post.Post) time.Time { return p.PublishAt }

// List reads one page of the organisation's posts of the times from (inclusive) and to (exclusive), in
// order of time; after is a former next.
func (s Posts) List(ctx context.Context, orgID string, from, to time.Time, limit int, after string) (list []post.Post, next string, err error) {
	items, next, err := Merge(ctx, s.Table, Query{Indexed: true, From: Stamp(from), To: Stamp(to), Limit: limit}, shards(Org(orgID).Posts), after)
	if err != nil {
		return nil, "", fmt.Errorf("list posts: %w", err)
	}
	list, err = decodeAll(items, decodePost)
	return list, next, err
}

// Lost is a post that may have missed its time.
type Lost struct{ OrgID, PostID string }

// Open reads one page of the posts of a shard that were due at until or before and are not done, the
// oldest first; after is a former next.
func (s Posts) Open(ctx context.Context, shard int, until time.Time, limit int, after string) (list []Lost, next string, err error) {
	page, err := s.Table.Query(ctx, Query{Partition: OpenPosts(shard), To: PrefixEnd(Stamp(until)), Limit: limit, After: after, KeysOnly: true})
	if err != nil {
		return nil, "", fmt.Errorf("read open posts: %w", err)
	}
	for _, item := range page.Items {
		orgID, id, _, err := parseDueSync(item.SK)
		if err != nil {
			return nil, "", fault.Wrap(err, fault.Permanent, "bad_record", "the note of an open post can't be read")
		}
		list = append(list, Lost{orgID, id})
	}
	return list, page.Next, nil
}

func decodePost(item Item) (post.Post, error) {
	p, err := decodeJSON[post.Post](item)
	p.Version = item.Version
	return p, err
}
