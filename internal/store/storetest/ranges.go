package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"bellwether/internal/store"
)

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
		{store.Query{From: "B#1", To: "B#1"}, ""},
		{store.Query{From: "C", To: "A"}, ""},
		{store.Query{From: "B#1\x00"}, "B#2 B#20 C"}, // how Merge goes on behind a place
		{store.Query{From: "A#1", To: "C", Descending: true}, "B#20 B#2 B#1 A#2 A#1"},
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
func pages(t failer, h Harness, q store.Query) []string {
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

// testPagingBounds pages through a range whose upper bound is an item.
func testPagingBounds(t *testing.T, h Harness) {
	for i := range 9 {
		write(t, h, store.Put(item("PB", fmt.Sprint(i), "x", 1), store.Always()))
	}
	want := []string{"2", "3", "4", "5", "6"}
	for _, descending := range []bool{false, true} {
		for limit := range 7 {
			got := pages(t, h, store.Query{Partition: "ORG#suite#PB", From: "2", To: "7", Limit: limit + 1, Descending: descending})
			if descending {
				slices.Reverse(got)
			}
			if !slices.Equal(got, want) {
				t.Errorf("limit %d, descending %v: %v", limit+1, descending, got)
			}
		}
	}
}
