package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellwether/internal/fault"
	"bellwether/internal/store"
)

// testModel makes random writes and compares every answer with a map's.
func testModel(t *testing.T, h Harness) {
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		m := model{harness: h, partition: fmt.Sprint("ORG#suite#M", round), items: map[string]store.Item{}}
		for range rapid.IntRange(1, 20).Draw(rt, "steps") {
			m.step(t, rt)
		}
		m.compare(t, rt)
	})
}

// model is what the table should hold in one partition, by sort key.
type model struct {
	harness   Harness
	partition string
	items     map[string]store.Item
	writes    int
}

func (m *model) step(t *testing.T, rt *rapid.T) {
	keys := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 1, 3, rapid.ID).Draw(rt, "keys")
	var ops []store.Op
	want := true
	for _, key := range keys {
		op := m.draw(rt, key)
		old, ok := m.items[key]
		switch {
		case !ok:
			want = want && op.Holds(nil)
		default:
			want = want && op.Holds(&old)
		}
		ops = append(ops, op)
	}
	m.writes++
	err := m.harness.Table.Write(t.Context(), fmt.Sprint(m.partition, m.writes), ops...)
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
		Key: store.Key{PK: m.partition, SK: key}, Version: rapid.Int64Range(1, 3).Draw(rt, "version"),
		AsOf: rapid.Int64Range(1, 3).Draw(rt, "asOf"),
		Doc:  fmt.Sprintf("%s %d", key, rapid.Int().Draw(rt, "doc")), // no two alike: a repeat would succeed
	}
	if rapid.Bool().Draw(rt, "indexed") {
		it.Index = store.Key{PK: m.partition + "#LIST", SK: it.Doc}
	}
	if rapid.IntRange(0, 9).Draw(rt, "expired") == 0 {
		it.ExpiresAt = m.harness.Clock.Now().Add(time.Hour)
	}
	cond := rapid.SampledFrom([]store.Condition{
		store.Always(), store.NotExists(), store.Newer(), store.VersionIs(rapid.Int64Range(1, 3).Draw(rt, "expected")),
	}).Draw(rt, "condition")
	if rapid.IntRange(0, 4).Draw(rt, "delete") == 0 {
		return store.Delete(it.Key, rapid.SampledFrom([]store.Condition{store.Always(), store.VersionIs(it.Version)}).Draw(rt, "delete if"))
	}
	return store.Put(it, cond)
}

func (m *model) compare(t *testing.T, rt *rapid.T) {
	var keys, places []string
	for key, it := range m.items {
		keys = append(keys, key)
		if it.Index.PK != "" {
			places = append(places, it.Index.SK)
		}
		got, err := m.harness.Table.Get(t.Context(), it.Key)
		if err != nil || got.Doc != it.Doc || got.Version != it.Version {
			rt.Fatalf("%s holds %+v, %v; want %+v", key, got, err, it)
		}
	}
	slices.Sort(keys)
	slices.Sort(places)
	if got := all(t, m.harness, store.Query{Partition: m.partition}); strings.Join(got, " ") != strings.Join(keys, " ") {
		rt.Fatalf("lists %v, want %v", got, keys)
	}
	if got := all(t, m.harness, store.Query{Indexed: true, Partition: m.partition + "#LIST"}); strings.Join(got, " ") != strings.Join(places, " ") {
		rt.Fatalf("indexes %v, want %v", got, places)
	}
}
