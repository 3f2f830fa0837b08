// Package storetest is the contract of store.Table: every adapter passes the same suite.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/store"
)

// Harness is one empty table to test, with what the test needs to know of it.
type Harness struct {
	Table  store.Table
	Clock  *Clock                   // what the table takes the time from
	Stream func() ([]Change, error) // the changes so far, in order per item; nil: it has no stream here
	Lacks  map[string]string        // names of tests that the endpoint can't pass, with the reason
}

// Change is one record of a table's stream.
type Change struct {
	Key      store.Key
	Old, New *store.Item
}

// Clock is a time that tests set.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock begins at a whole second.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the clock on.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Run tests the adapter; open makes a fresh, empty table for each test.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Harness)
	}{
		{"Get", testGet}, {"Conditions", testConditions}, {"RepeatsSucceed", testRepeats},
		{"Transaction", testTransaction}, {"TransactionRepeats", testTransactionRepeats}, {"TransactionOf100", testHundred},
		{"Ranges", testRanges}, {"Paging", testPaging}, {"SparseIndex", testSparseIndex}, {"IndexPaging", testIndexPaging},
		{"Expiry", testExpiry}, {"ExpiredPaging", testExpiredPaging}, {"TooLarge", testTooLarge}, {"Refusals", testRefusals},
		{"RaceOnVersion", testRaceOnVersion}, {"RaceOnClaim", testRaceOnClaim}, {"StreamOrder", testStreamOrder},
		{"Model", testModel},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := open(t)
			if why := h.Lacks[test.name]; why != "" {
				t.Skip(why)
			}
			test.run(t, h)
		})
	}
}

// item is an item of a partition that only this suite uses.
func item(pk, sk, doc string, version int64) store.Item {
	return store.Item{Key: store.Key{PK: "ORG#suite#" + pk, SK: sk}, Version: version, Doc: doc}
}

func write(t *testing.T, h Harness, ops ...store.Op) {
	t.Helper()
	if err := h.Table.Write(t.Context(), token(ops), ops...); err != nil {
		t.Fatalf("write: %v", err)
	}
}

func token(ops []store.Op) string { return fmt.Sprintf("%+v", ops) }

func get(t *testing.T, h Harness, key store.Key) (store.Item, bool) {
	t.Helper()
	got, err := h.Table.Get(t.Context(), key)
	if fault.Is(err, fault.NotFound) {
		return got, false
	}
	if err != nil {
		t.Fatalf("get: %v", err)
	}
	return got, true
}

func testGet(t *testing.T, h Harness) {
	want := store.Item{
		Key: store.Key{PK: "ORG#suite#A", SK: "ä#1"}, Index: store.Key{PK: "ORG#suite#I", SK: "x"}, Version: 3, AsOf: 7,
		ExpiresAt: h.Clock.Now().Add(time.Hour), Doc: `{"text":"größer, 日本, \"quoted\""}`, Events: `[{"meta":{}}]`,
	}
	write(t, h, store.Put(want, store.Always()))
	got, ok := get(t, h, want.Key)
	if !ok || !got.ExpiresAt.Equal(want.ExpiresAt) {
		t.Fatalf("got %+v, %v", got, ok)
	}
	got.ExpiresAt = want.ExpiresAt
	if got != want {
		t.Fatalf("got %+v\nwant %+v", got, want)
	}
	if _, ok := get(t, h, store.Key{PK: "ORG#suite#A", SK: "ä#"}); ok {
		t.Error("an absent item was found")
	}
}

func testConditions(t *testing.T, h Harness) {
	one, two := item("C", "1", "one", 1), item("C", "1", "two", 2)
	asOf := func(n int64) store.Item {
		i := item("C", "1", fmt.Sprint("as of ", n), 0)
		i.AsOf = n
		return i
	}
	tests := []struct {
		name  string
		given []store.Item
		op    store.Op
		holds bool
	}{
		{"NotExists, absent", nil, store.Put(one, store.NotExists()), true},
		{"NotExists, there", []store.Item{two}, store.Put(one, store.NotExists()), false},
		{"VersionIs, same", []store.Item{one}, store.Put(two, store.VersionIs(1)), true},
		{"VersionIs, other", []store.Item{one}, store.Put(item("C", "1", "x", 8), store.VersionIs(7)), false},
		{"VersionIs, absent", nil, store.Put(two, store.VersionIs(1)), false},
		{"Newer, absent", nil, store.Put(asOf(5), store.Newer()), true},
		{"Newer, newer", []store.Item{asOf(4)}, store.Put(asOf(5), store.Newer()), true},
		{"Newer, equal", []store.Item{asOf(5)}, store.Put(item2(asOf(5), "other"), store.Newer()), false},
		{"Newer, older", []store.Item{asOf(6)}, store.Put(asOf(5), store.Newer()), false},
		{"Always", []store.Item{two}, store.Put(one, store.Always()), true},
		{"Delete VersionIs, same", []store.Item{one}, store.Delete(one.Key, store.VersionIs(1)), true},
		{"Delete VersionIs, other", []store.Item{two}, store.Delete(one.Key, store.VersionIs(1)), false},
		{"Delete VersionIs, absent", nil, store.Delete(one.Key, store.VersionIs(1)), true},
		{"Delete Always, absent", nil, store.Delete(one.Key, store.Always()), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			write(t, h, store.Delete(one.Key, store.Always()))
			for _, i := range tt.given {
				write(t, h, store.Put(i, store.Always()))
			}
			before, had := get(t, h, one.Key)
			err := h.Table.Write(t.Context(), t.Name(), tt.op)
			if tt.holds != (err == nil) || (err != nil && !fault.Is(err, fault.Conflict)) {
				t.Fatalf("error %v, want the condition to hold: %v", err, tt.holds)
			}
			after, has := get(t, h, one.Key)
			if err != nil && (after != before || had != has) {
				t.Errorf("a refused write left %+v", after)
			}
			if err == nil && has != (tt.op.Kind == store.OpPut) {
				t.Errorf("after the write the item is there: %v", has)
			}
		})
	}
}

func item2(i store.Item, doc string) store.Item {
	i.Doc = doc
	return i
}

func testRepeats(t *testing.T, h Harness) {
	one, two := item("R", "1", "one", 1), item("R", "1", "two", 2)
	for range 3 {
		if err := h.Table.Write(t.Context(), "first", store.Put(one, store.NotExists())); err != nil {
			t.Fatalf("creating the same item again: %v", err)
		}
	}
	for range 3 {
		if err := h.Table.Write(t.Context(), "second", store.Put(two, store.VersionIs(1))); err != nil {
			t.Fatalf("making the same change again: %v", err)
		}
	}
	if err := h.Table.Write(t.Context(), "third", store.Put(item("R", "1", "other", 2), store.VersionIs(1))); !fault.Is(err, fault.Conflict) {
		t.Errorf("another change of the old version: %v", err)
	}
}

func testTransaction(t *testing.T, h Harness) {
	a, b, c := item("T1", "1", "a", 1), item("T2", "1", "b", 1), item("T3", "1", "c", 1)
	write(t, h, store.Put(c, store.NotExists()))
	err := h.Table.Write(t.Context(), "fails", store.Put(a, store.NotExists()), store.Put(b, store.NotExists()), store.Put(item("T3", "1", "d", 1), store.NotExists()))
	if !fault.Is(err, fault.Conflict) {
		t.Fatalf("%v", err)
	}
	for _, i := range []store.Item{a, b} {
		if _, ok := get(t, h, i.Key); ok {
			t.Errorf("%s was written though the transaction failed", i.PK)
		}
	}
	err = h.Table.Write(t.Context(), "check fails", store.Put(a, store.NotExists()), store.Check(c.Key, store.VersionIs(2)))
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("a failed check let the write go on: %v", err)
	}
	write(t, h, store.Put(a, store.NotExists()), store.Check(c.Key, store.VersionIs(1)), store.Delete(b.Key, store.Always()))
	if got, ok := get(t, h, a.Key); !ok || got != a {
		t.Errorf("got %+v", got)
	}
}

func testTransactionRepeats(t *testing.T, h Harness) {
	state, row := item("TR", "STATE", "v1", 1), item("TR", "ROW", "r", 0)
	ops := []store.Op{store.Put(state, store.NotExists()), store.Put(row, store.Always())}
	for range 3 {
		if err := h.Table.Write(t.Context(), "same", ops...); err != nil {
			t.Fatalf("repeating a transaction: %v", err)
		}
	}
	other := []store.Op{store.Put(item("TR", "STATE", "else", 1), store.NotExists()), store.Put(row, store.Always())}
	if err := h.Table.Write(t.Context(), "other", other...); !fault.Is(err, fault.Conflict) {
		t.Errorf("another transaction on the same version: %v", err)
	}
}

func testHundred(t *testing.T, h Harness) {
	var ops []store.Op
	for i := range store.MaxOps {
		ops = append(ops, store.Put(item("H", fmt.Sprintf("%03d", i), "x", 1), store.NotExists()))
	}
	write(t, h, ops...)
	if n := len(all(t, h, store.Query{Partition: "ORG#suite#H"})); n != store.MaxOps {
		t.Errorf("%d items are there, want %d", n, store.MaxOps)
	}
}

func all(t *testing.T, h Harness, q store.Query) []string {
	t.Helper()
	items, err := store.All(t.Context(), h.Table, q, 0)
	if err != nil {
		t.Fatal(err)
	}
	return sortKeys(items, q.Indexed)
}

func sortKeys(items []store.Item, indexed bool) []string {
	var keys []string
	for _, i := range items {
		if indexed {
			keys = append(keys, i.Index.SK)
		} else {
			keys = append(keys, i.SK)
		}
	}
	return keys
}

func testRanges(t *testing.T, h Harness) {
	for _, sk := range []string{"A#1", "A#2", "B#1", "B#2", "B#20", "C"} {
		write(t, h, store.Put(item("Q", sk, sk, 1), store.Always()))
		write(t, h, store.Put(item("Q2", sk, sk, 1), store.Always())) // a neighbour that must not show
	}
	tests := []struct {
		q    store.Query
		want string
	}{
		{store.Query{}, "A#1 A#2 B#1 B#2 B#20 C"},
		{store.Query{Descending: true}, "C B#20 B#2 B#1 A#2 A#1"},
		{store.Query{From: "B#", To: store.PrefixEnd("B#")}, "B#1 B#2 B#20"},
		{store.Query{From: "B#", To: store.PrefixEnd("B#"), Descending: true}, "B#20 B#2 B#1"},
		{store.Query{From: "A#2", To: "B#2"}, "A#2 B#1"},
		{store.Query{From: "B#2"}, "B#2 B#20 C"},
		{store.Query{To: "B#1"}, "A#1 A#2"},
		{store.Query{To: "B#1", Descending: true}, "A#2 A#1"},
		{store.Query{From: "D"}, ""},
	}
	for _, tt := range tests {
		tt.q.Partition = "ORG#suite#Q"
		if got := strings.Join(all(t, h, tt.q), " "); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.q, got, tt.want)
		}
	}
}

func testPaging(t *testing.T, h Harness) {
	var want []string
	for i := range 23 {
		sk := fmt.Sprintf("%02d", i)
		want = append(want, sk)
		write(t, h, store.Put(item("P", sk, sk, 1), store.Always()))
	}
	for _, descending := range []bool{false, true} {
		for _, limit := range []int{1, 5, 23, 24} {
			got := pages(t, h, store.Query{Partition: "ORG#suite#P", Limit: limit, Descending: descending})
			if descending {
				slices.Reverse(got)
			}
			if !slices.Equal(got, want) {
				t.Errorf("limit %d, descending %v: %v", limit, descending, got)
			}
		}
	}
}

// pages reads page after page and checks that none is longer than the limit.
func pages(t *testing.T, h Harness, q store.Query) []string {
	t.Helper()
	var got []string
	for range 100 {
		page, err := h.Table.Query(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Items) > q.Limit {
			t.Fatalf("a page of %d, limit %d", len(page.Items), q.Limit)
		}
		got = append(got, sortKeys(page.Items, q.Indexed)...)
		if page.Next == "" {
			return got
		}
		q.After = page.Next
	}
	t.Fatal("paging has no end")
	return nil
}

func indexed(sk, place string) store.Item {
	i := item("S", sk, "doc "+sk, 1)
	if place != "" {
		i.Index = store.Key{PK: "ORG#suite#LIST", SK: place}
	}
	return i
}

func testSparseIndex(t *testing.T, h Harness) {
	list := store.Query{Indexed: true, Partition: "ORG#suite#LIST"}
	expect := func(want ...string) {
		t.Helper()
		if got := all(t, h, list); !slices.Equal(got, want) {
			t.Errorf("listed %v, want %v", got, want)
		}
	}
	write(t, h, store.Put(indexed("1", "b"), store.Always()))
	write(t, h, store.Put(indexed("2", "a"), store.Always()))
	write(t, h, store.Put(indexed("3", ""), store.Always()))
	expect("a", "b")
	write(t, h, store.Put(indexed("1", "0"), store.Always()))
	expect("0", "a")
	write(t, h, store.Put(indexed("2", ""), store.Always()))
	expect("0")
	write(t, h, store.Put(indexed("3", "0"), store.Always())) // two items may share a place
	expect("0", "0")
	write(t, h, store.Delete(indexed("1", "").Key, store.Always()))
	expect("0")
	page, err := h.Table.Query(t.Context(), store.Query{Indexed: true, Partition: "ORG#suite#LIST", Limit: 9})
	if err != nil || len(page.Items) != 1 || page.Items[0] != indexed("3", "0") {
		t.Errorf("the index answers %+v, %v; want the whole item", page.Items, err)
	}
	page, err = h.Table.Query(t.Context(), store.Query{Indexed: true, Partition: "ORG#suite#LIST", Limit: 9, KeysOnly: true})
	keys := store.Item{Key: indexed("3", "0").Key, Index: indexed("3", "0").Index}
	if err != nil || len(page.Items) != 1 || page.Items[0] != keys {
		t.Errorf("keys only: %+v, %v", page.Items, err)
	}
}

func testIndexPaging(t *testing.T, h Harness) {
	var want []string
	for i := range 12 {
		place := fmt.Sprintf("%02d", i/2) // pairs share a place: a page may end between them
		want = append(want, place)
		write(t, h, store.Put(indexed(fmt.Sprint("item", i), place), store.Always()))
	}
	for _, descending := range []bool{false, true} {
		got := pages(t, h, store.Query{Indexed: true, Partition: "ORG#suite#LIST", Limit: 5, Descending: descending})
		if descending {
			slices.Reverse(got)
		}
		if !slices.Equal(got, want) {
			t.Errorf("descending %v: %v", descending, got)
		}
	}
}

func testExpiry(t *testing.T, h Harness) {
	i := indexed("1", "a")
	i.ExpiresAt = h.Clock.Now().Add(time.Minute)
	write(t, h, store.Put(i, store.NotExists()))
	h.Clock.Add(59 * time.Second)
	if _, ok := get(t, h, i.Key); !ok {
		t.Error("it expired a second early")
	}
	h.Clock.Add(time.Second)
	if _, ok := get(t, h, i.Key); ok {
		t.Error("an expired item was read")
	}
	if got := all(t, h, store.Query{Partition: i.PK}); len(got) != 0 {
		t.Errorf("expired items were listed: %v", got)
	}
	if got := all(t, h, store.Query{Indexed: true, Partition: i.Index.PK}); len(got) != 0 {
		t.Errorf("expired items were listed by index: %v", got)
	}
	if err := h.Table.Write(t.Context(), "v", store.Put(item2(i, "x"), store.VersionIs(1))); !fault.Is(err, fault.Conflict) {
		t.Errorf("an expired version was taken: %v", err)
	}
	again := item("S", "1", "again", 1)
	if err := h.Table.Write(t.Context(), "again", store.Put(again, store.NotExists())); err != nil {
		t.Errorf("an expired item stands in the way: %v", err)
	}
	if got, ok := get(t, h, again.Key); !ok || got != again {
		t.Errorf("got %+v, %v", got, ok)
	}
}

func testExpiredPaging(t *testing.T, h Harness) {
	for i := range 20 {
		it := item("XP", fmt.Sprintf("%02d", i), "x", 1)
		if i%4 != 3 {
			it.ExpiresAt = h.Clock.Now().Add(time.Second)
		}
		write(t, h, store.Put(it, store.Always()))
	}
	h.Clock.Add(time.Minute)
	want := []string{"03", "07", "11", "15", "19"}
	if got := pages(t, h, store.Query{Partition: "ORG#suite#XP", Limit: 3}); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func testTooLarge(t *testing.T, h Harness) {
	big := item("L", "1", strings.Repeat("x", store.MaxItemBytes), 1)
	if err := h.Table.Write(t.Context(), "big", store.Put(big, store.Always())); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
	fits := item("L", "1", strings.Repeat("x", store.MaxItemBytes-1024), 1)
	write(t, h, store.Put(fits, store.Always()))
	if got, ok := get(t, h, fits.Key); !ok || got != fits {
		t.Error("an item just under the limit did not come back")
	}
}

func testRefusals(t *testing.T, h Harness) {
	var many []store.Op
	for i := range store.MaxOps + 1 {
		many = append(many, store.Put(item("N", fmt.Sprint(i), "x", 1), store.Always()))
	}
	same := store.Put(item("N", "1", "x", 1), store.Always())
	for name, ops := range map[string][]store.Op{
		"nothing": {}, "101 operations": many, "one item twice": {same, same},
		"no key": {store.Put(store.Item{Key: store.Key{PK: "ORG#suite#N"}}, store.Always())},
	} {
		if err := h.Table.Write(t.Context(), name, ops...); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, limit := range []int{0, -1, store.MaxPage + 1} {
		if _, err := h.Table.Query(t.Context(), store.Query{Partition: "ORG#suite#N", Limit: limit}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a page of %d: %v", limit, err)
		}
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Table.Write(stopped, "late", same); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled write: %v", err)
	}
}

const writers = 64

// race lets all writers write at once, and counts who went through.
func race(t *testing.T, h Harness, op func(i int) store.Op) (won []int) {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range writers {
		wg.Go(func() {
			<-start
			err := h.Table.Write(t.Context(), fmt.Sprint("writer ", i), op(i))
			if err != nil && !fault.Is(err, fault.Conflict) {
				t.Errorf("writer %d: %v", i, err)
			}
			if err == nil {
				mu.Lock()
				won = append(won, i)
				mu.Unlock()
			}
		})
	}
	close(start)
	wg.Wait()
	return won
}

func testRaceOnVersion(t *testing.T, h Harness) {
	write(t, h, store.Put(item("V", "1", "start", 1), store.NotExists()))
	won := race(t, h, func(i int) store.Op {
		return store.Put(item("V", "1", fmt.Sprint("writer ", i), 2), store.VersionIs(1))
	})
	got, _ := get(t, h, item("V", "1", "", 0).Key)
	if len(won) != 1 || got.Doc != fmt.Sprint("writer ", won[0]) {
		t.Errorf("%v went through, %q is stored", won, got.Doc)
	}
}

func testRaceOnClaim(t *testing.T, h Harness) {
	won := race(t, h, func(i int) store.Op {
		return store.Put(item("K", "1", fmt.Sprint("claimed by ", i), 1), store.NotExists())
	})
	if len(won) != 1 {
		t.Errorf("%v hold the claim", won)
	}
}

func testStreamOrder(t *testing.T, h Harness) {
	if h.Stream == nil {
		t.Skip("no stream to read here")
	}
	const items, versions = 5, 20
	var wg sync.WaitGroup
	for i := range items {
		wg.Go(func() {
			for v := int64(1); v <= versions; v++ {
				cond := store.VersionIs(v - 1)
				if v == 1 {
					cond = store.NotExists()
				}
				it := item("ST", fmt.Sprint(i), fmt.Sprint("v", v), v)
				if err := h.Table.Write(t.Context(), fmt.Sprint(i, v), store.Put(it, cond)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	write(t, h, store.Delete(item("ST", "0", "", 0).Key, store.Always()))
	changes, err := h.Stream()
	if err != nil {
		t.Fatal(err)
	}
	last := map[store.Key]int64{}
	for _, c := range changes {
		if c.Old != nil && c.Old.Version != last[c.Key] {
			t.Fatalf("%v: the old image is of version %d, want %d", c.Key, c.Old.Version, last[c.Key])
		}
		if c.New == nil {
			last[c.Key] = -1
			continue
		}
		if c.New.Version != last[c.Key]+1 {
			t.Fatalf("%v: version %d came after %d", c.Key, c.New.Version, last[c.Key])
		}
		last[c.Key] = c.New.Version
	}
	if len(last) != items || last[item("ST", "0", "", 0).Key] != -1 || last[item("ST", "1", "", 0).Key] != versions {
		t.Errorf("the stream ends with %v", last)
	}
}
