package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/grant"
	"bellwether/internal/integration"
	"bellwether/internal/lambdatest"
	"bellwether/internal/platform"
	"bellwether/internal/post"
	"bellwether/internal/produce"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
)

// crowd is how many posts of one organisation are due in the same minute.
const crowd = 10_000

// posts measures a crowd of posts that are due at once: what each costs, whether any partition gets hot,
// and whether those that were lost go out in order of time.
func posts(ctx context.Context, r *report) error {
	dir, err := os.MkdirTemp("", "bellwether-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	now := sampleTime
	clock := func() time.Time { return now }
	table, err := bolt.Open(filepath.Join(dir, "table.db"), bolt.Options{Now: clock, NoSync: true})
	if err != nil {
		return err
	}
	defer table.Close()
	if err := lambdatest.Seed(ctx, table, 0); err != nil {
		return err
	}
	account, err := benchPage(ctx, table)
	if err != nil {
		return err
	}
	counted := &partitions{meter: &meter{table: table}, writes: map[string]int{}}
	out := &outbox{}
	publisher := produce.PublishPost(produce.Publisher{
		Posts: store.Posts{Table: counted}, Accounts: store.Integrations{Table: counted}, Tokens: anyToken{}, Connectors: platform.Connectors{platform.Facebook: out},
		Timers: noTimers{}, Syncs: noQueue{}, Now: clock, Random: rand.Reader,
	})
	due := now.Add(time.Hour)
	ids, err := schedulePosts(ctx, store.Posts{Table: counted}, account, due)
	if err != nil {
		return err
	}
	planned := counted.take()
	now = due.Add(time.Minute)
	half := len(ids) / 2
	for _, id := range ids[:half] { // these are woken by their timers
		payload, err := json.Marshal(produce.Wake{Kind: produce.WakePublish, OrgID: lambdatest.OrgID, PostID: id})
		if err != nil {
			return err
		}
		if _, err := publisher.Invoke(ctx, payload); err != nil {
			return err
		}
	}
	woken := counted.take()
	hottest := counted.hottest()
	now = now.Add(5 * time.Minute) // the timers of the others were lost
	if _, err := publisher.Invoke(ctx, []byte(`{"kind":"sweep"}`)); err != nil {
		return err
	}
	if out.count() != len(ids) {
		return fmt.Errorf("%d of %d posts are out", out.count(), len(ids))
	}
	r.detail("%d posts: %d write units to plan, %d to publish half of them, %d DynamoDB requests", len(ids), planned.units, woken.units, woken.calls)
	perPost := float64(planned.units)/float64(len(ids)) + float64(woken.units)/float64(half)
	r.atMost(4, "write units of a post from its plan until it is out", perPost, 16, "", fmt.Sprintf("%d posts due in one minute", len(ids)))
	r.atMost(11, "writes a second on the hottest partition, all within a minute", float64(hottest)/60, 1000, "", fmt.Sprintf("%d shards", store.Shards))
	r.atMost(11, "places that a swept post is out of the order of time, at most", float64(out.displaced(ids, half)), page, "", fmt.Sprintf("%d posts swept", len(ids)-half))
	return nil
}

// benchPage is an account that takes posts.
func benchPage(ctx context.Context, table store.Table) (string, error) {
	id := integration.IDOf(lambdatest.OrgID, platform.Facebook, "1")
	ch, err := integration.Connect(integration.Spec{
		ID: id, OrgID: lambdatest.OrgID, Platform: platform.Facebook, By: lambdatest.UserID, Account: platform.Account{ID: "1", Name: "Page"},
	}, event.Edge(event.Derive("page"), "user/"+lambdatest.UserID, sampleTime))
	if err != nil {
		return "", err
	}
	course := integration.Sync{OrgID: lambdatest.OrgID, IntegrationID: id, Version: 1}
	record := grant.Record{OrgID: lambdatest.OrgID, IntegrationID: id, Version: 1}
	return id, store.Integrations{Table: table}.Connect(ctx, "page", integration.Integration{}, ch, record, integration.Sync{}, course)
}

// schedulePosts plans the crowd, a few milliseconds apart.
func schedulePosts(ctx context.Context, s store.Posts, account string, due time.Time) ([]string, error) {
	ids := make([]string, crowd)
	for n := range ids {
		ids[n] = event.Derive("crowd", fmt.Sprint(n))
		cause := event.Edge(event.Derive(ids[n], "plan"), "user/"+lambdatest.UserID, sampleTime)
		ch, err := post.Create(post.Spec{
			ID: ids[n], OrgID: lambdatest.OrgID, AuthorID: lambdatest.UserID, TimeZone: "UTC", PublishAt: due.Add(time.Duration(n) * 5 * time.Millisecond),
			Content: post.Content{Text: fmt.Sprintf("%08d", n)},
			Targets: []post.TargetSpec{{IntegrationID: account, Platform: platform.Facebook, AccountName: "Page"}},
		}, cause)
		if err != nil {
			return nil, err
		}
		if err := s.Create(ctx, cause.ID, ch); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// partitions counts the writes on each partition.
type partitions struct {
	*meter
	mu     sync.Mutex
	writes map[string]int
}

func (p *partitions) Write(ctx context.Context, token string, ops ...store.Op) error {
	p.mu.Lock()
	for _, op := range ops {
		p.writes[op.Item.PK]++
		if op.Item.Index.PK != "" && op.Item.Version == 1 { // later writes leave the index as it is
			p.writes[op.Item.Index.PK]++
		}
	}
	p.mu.Unlock()
	return p.meter.Write(ctx, token, ops...)
}

func (p *partitions) hottest() (most int) {
	for _, n := range p.writes {
		most = max(most, n)
	}
	return most
}

// outbox is a platform that takes every post.
type outbox struct {
	platform.Publisher // what is never called

	mu    sync.Mutex
	texts []string
}

func (o *outbox) Info() platform.Info {
	return platform.Info{Platform: platform.Facebook, Name: "Facebook"}
}

func (o *outbox) Publish(_ context.Context, _ platform.Call, p platform.Publication, _ platform.Prepared) (platform.Published, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.texts = append(o.texts, p.Text)
	return platform.Published{ID: p.Text}, nil
}

func (o *outbox) count() int { return len(o.texts) }

// page is how many posts a sweep takes on together: within them, one that is slow is overtaken.
const page = 40

// displaced is how far, at most, a post from the n'th on went out from its place in the order of time
// among those of its shard.
func (o *outbox) displaced(ids []string, from int) (most int) {
	shards := map[string][]string{}
	for _, text := range o.texts[from:] {
		number, _ := strconv.Atoi(text)
		shard := store.OpenPost(lambdatest.OrgID, ids[number], sampleTime).PK
		shards[shard] = append(shards[shard], text)
	}
	for _, texts := range shards {
		places := map[string]int{}
		for place, text := range slices.Sorted(slices.Values(texts)) {
			places[text] = place
		}
		for place, text := range texts {
			most = max(most, place-places[text], places[text]-place)
		}
	}
	return most
}
