package storetest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellwether/internal/fault"
	"bellwether/internal/store"
)

// testModel makes random writes, lets time pass, and compares every answer with a map's.
func testModel(t *testing.T, h Harness) {
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		m := model{harness: h, partition: fmt.Sprint("ORG#suite#M", round), items: map[string]store.Item{}}
		for range rapid.IntRange(1, 20).Draw(rt, "steps") {
			m.step(rt)
			if rapid.IntRange(0, 5).Draw(rt, "wait") == 0 {
				h.Clock.Add(time.Duration(rapid.IntRange(1, 3).Draw(rt, "seconds")) * time.Second)
			}
		}
		m.compare(rt)
	})
}

// model is what the table should hold in one partition, by sort key; of the expired too, which
// count as absent.
type model struct {
	harness   Harness
	partition string
	items     map[string]store.Item
	writes    int
}

var modelKeys = []string{"a", "b", "c", "d"}

func (m *model) live(key string) *store.Item {
	it, ok := m.items[key]
	if !ok || it.Expired(m.harness.Clock.Now()) {
		return nil
	}
	return &it
}

func (m *model) step(rt *rapid.T) {
	var ops []store.Op
	want := true
	for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom(modelKeys), 1, 3, rapid.ID).Draw(rt, "keys") {
		op := m.draw(rt, key)
		want = want && op.Holds(m.live(key))
		ops = append(ops, op)
	}
	m.writes++
	err := m.harness.Table.Write(rt.Context(), fmt.Sprint(m.partition, m.writes), ops...)
	if want != (err == nil) || (err != nil && !fault.Is(err, fault.Conflict)) {
		rt.Fatalf("%+v: %v, want it to hold: %v", ops, err, want)
	}
	if !want {
		return
	}
	for _, op := range ops {
		if op.Kind == store.OpDelete {
			delete(m.items, op.Item.SK)
		} else {
			m.items[op.Item.SK] = op.Item
		}
	}
}

func (m *model) draw(rt *rapid.T, key string) store.Op {
	it := store.Item{
		Key: store.Key{PK: m.partition, SK: key}, Version: rapid.Int64Range(0, 3).Draw(rt, "version"),
		AsOf: rapid.Int64Range(0, 3).Draw(rt, "asOf"),
		Doc:  fmt.Sprintf("%s %d %d", key, m.writes, rapid.Int().Draw(rt, "doc")), // no two alike: a repeat would succeed
	}
	if rapid.Bool().Draw(rt, "indexed") {
		it.Index = store.Key{PK: m.partition + "#LIST", SK: rapid.SampledFrom(modelKeys).Draw(rt, "place")}
	}
	if rapid.IntRange(0, 3).Draw(rt, "expires") == 0 {
		it.ExpiresAt = m.harness.Clock.Now().Add(time.Duration(rapid.IntRange(0, 4).Draw(rt, "in")) * time.Second)
	}
	expected := rapid.Int64Range(0, 3).Draw(rt, "expected")
	if rapid.IntRange(0, 4).Draw(rt, "delete") == 0 {
		return store.Delete(it.Key, rapid.SampledFrom([]store.Condition{store.Always(), store.VersionIs(expected)}).Draw(rt, "delete if"))
	}
	return store.Put(it, rapid.SampledFrom([]store.Condition{
		store.Always(), store.NotExists(), store.Newer(), store.VersionIs(expected),
	}).Draw(rt, "put if"))
}

func (m *model) compare(rt *rapid.T) {
	var live []store.Item
	for _, key := range slices.Sorted(maps.Keys(m.items)) {
		want := m.live(key)
		got, err := m.harness.Table.Get(rt.Context(), store.Key{PK: m.partition, SK: key})
		if want == nil && !fault.Is(err, fault.NotFound) {
			rt.Fatalf("%s should be absent: %+v, %v", key, got, err)
		}
		if want == nil {
			continue
		}
		if err != nil || got != *want {
			rt.Fatalf("%s holds %+v, %v; want %+v", key, got, err, *want)
		}
		live = append(live, *want)
	}
	m.compareList(rt, store.Query{Partition: m.partition}, live)
	listed := slices.DeleteFunc(live, func(i store.Item) bool { return i.Index.PK == "" })
	slices.SortFunc(listed, func(a, b store.Item) int { return cmp.Compare(a.Index.SK, b.Index.SK) })
	m.compareList(rt, store.Query{Indexed: true, Partition: m.partition + "#LIST"}, listed)
}

// compareList reads a random range page by page. Items at one place of the index come in any order.
func (m *model) compareList(rt *rapid.T, q store.Query, items []store.Item) {
	q.From = rapid.SampledFrom([]string{"", "a", "b", "d"}).Draw(rt, "from")
	q.To = rapid.SampledFrom([]string{"", "b", "c", "d"}).Draw(rt, "to")
	q.Descending = rapid.Bool().Draw(rt, "descending")
	q.Limit = rapid.IntRange(1, 5).Draw(rt, "limit")
	var want []string
	for _, key := range sortKeys(items, q.Indexed) {
		if key >= q.From && (q.To == "" || key < q.To) {
			want = append(want, key)
		}
	}
	if q.Descending {
		slices.Reverse(want)
	}
	if got := pages(rt, m.harness, q); !slices.Equal(got, want) {
		rt.Fatalf("%+v lists %v, want %v", q, got, want)
	}
}
