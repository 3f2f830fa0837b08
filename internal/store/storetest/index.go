package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"bellwether/internal/store"
)

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

// testIndexRanges goes on behind a place that several items share, as Merge does.
func testIndexRanges(t *testing.T, h Harness) {
	for n, place := range []string{"a", "a", "b", "c", "c", "d"} {
		write(t, h, store.Put(indexed(fmt.Sprint(n), place), store.Always()))
	}
	tests := []struct {
		q    store.Query
		want string
	}{
		{store.Query{From: "a"}, "a a b c c d"},
		{store.Query{From: "a\x00"}, "b c c d"},
		{store.Query{From: "a\x00", To: "d"}, "b c c"},
		{store.Query{To: "c", Descending: true}, "b a a"},
		{store.Query{From: "c", To: "c\x00"}, "c c"},
	}
	for _, tt := range tests {
		tt.q.Indexed, tt.q.Partition = true, "ORG#suite#LIST"
		if got := strings.Join(all(t, h, tt.q), " "); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.q, got, tt.want)
		}
	}
}

// testIndexHundreds reads more items by the index than one batch of DynamoDB's holds.
func testIndexHundreds(t *testing.T, h Harness) {
	const items = 250
	var want []string
	for i := range items {
		place := fmt.Sprintf("%03d", i)
		want = append(want, place)
		write(t, h, store.Put(indexed(fmt.Sprint("item", i), place), store.Always()))
	}
	got := pages(t, h, store.Query{Indexed: true, Partition: "ORG#suite#LIST", Limit: items})
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}
