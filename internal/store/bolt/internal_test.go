package bolt

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"bellwether/internal/store"
)

// anyText favours the bytes that places are made of.
var anyText = rapid.StringOfN(rapid.SampledFrom([]rune("\x00\x01\x02\x03abä")), 0, 6, -1)

func TestPlacesAreInTheOrderOfTheirTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := [2]string{anyText.Draw(t, "a1"), anyText.Draw(t, "a2")}
		b := [2]string{anyText.Draw(t, "b1"), anyText.Draw(t, "b2")}
		want := cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
		if got := bytes.Compare(place(a[0], a[1]), place(b[0], b[1])); got != want {
			t.Fatalf("%q and %q: %d, want %d", a, b, got, want)
		}
	})
}

func TestBoundsHoldTheRangeAndNoMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := store.Query{Partition: "p" + anyText.Draw(t, "partition"), From: anyText.Draw(t, "from"), To: anyText.Draw(t, "to")}
		pk, sk := rapid.OneOf(rapid.Just(q.Partition), anyText).Draw(t, "pk"), anyText.Draw(t, "sk")
		want := pk == q.Partition && sk >= q.From && (q.To == "" || sk < q.To)
		low, high := bounds(q)
		if got := inside(place(pk, sk), low, high); got != want {
			t.Fatalf("%+v has %q %q: %v", q, pk, sk, got)
		}
		if got := inside(place(pk, sk, "PK", "SK"), low, high); got != want {
			t.Fatalf("%+v of the index has %q %q: %v", q, pk, sk, got)
		}
	})
}

func TestItemsComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := store.Item{
			Key: store.Key{PK: anyText.Draw(t, "PK"), SK: rapid.String().Draw(t, "SK")}, Index: store.Key{PK: anyText.Draw(t, "IPK"), SK: anyText.Draw(t, "ISK")},
			Version: rapid.Int64().Draw(t, "version"), AsOf: rapid.Int64().Draw(t, "as of"), Doc: rapid.String().Draw(t, "doc"), Events: anyText.Draw(t, "events"),
		}
		if seconds := rapid.Int64Range(0, 1<<36).Draw(t, "expires"); seconds > 0 {
			want.ExpiresAt = time.Unix(seconds, 0).UTC()
		}
		encoded := encode(want)
		if got, err := decode(encoded); err != nil || got != want {
			t.Fatalf("%+v, %v; want %+v", got, err, want)
		}
		if _, err := decode(encoded[:rapid.IntRange(0, len(encoded)-1).Draw(t, "cut")]); !errors.Is(err, errDamaged) {
			t.Fatalf("a cut item: %v", err)
		}
	})
}

// A change that fails half-way must not take the others of its commit with it, nor leave its half.
func TestAFailureInACommitIsItsOwn(t *testing.T) {
	table, err := Open(filepath.Join(t.TempDir(), "table.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	errOwn := errors.New("its own")
	apply := func(n int) func(*bbolt.Tx) error {
		return func(tx *bbolt.Tx) error {
			item := store.Item{Key: store.Key{PK: "p", SK: fmt.Sprint(n)}}
			if err := put(tx, item); err != nil {
				return err
			}
			switch n % 3 {
			case 1:
				return errOwn
			case 2:
				return nil
			}
			return table.appendRecord(tx, nil, &item)
		}
	}
	const writers = 30
	errs := make([]error, writers)
	var wg sync.WaitGroup
	for n := range writers {
		wg.Go(func() { errs[n] = table.group.update(apply(n)) })
	}
	wg.Wait()
	for n, err := range errs {
		if failed := n%3 == 1; failed != errors.Is(err, errOwn) || (!failed && err != nil) {
			t.Errorf("writer %d: %v", n, err)
		}
		_, err := table.Get(t.Context(), store.Key{PK: "p", SK: fmt.Sprint(n)})
		if there := err == nil; there != (n%3 != 1) {
			t.Errorf("what writer %d wrote is there: %v", n, there)
		}
	}
	if records, err := table.Records(0, 100); err != nil || len(records) != writers/3 {
		t.Errorf("%d records, %v", len(records), err)
	}
}

// A panic is recovered far above; whoever shared its commit must not take it for done.
func TestAPanicInACommitDoesNotPassForSuccess(t *testing.T) {
	table, err := Open(filepath.Join(t.TempDir(), "table.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	entered, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { // holds the commit until the others wait for the next one
		table.group.update(func(*bbolt.Tx) error {
			close(entered)
			<-release
			return nil
		})
	})
	<-entered
	succeeded := false
	wg.Go(func() {
		defer func() { recover() }() // whoever commits meets the panic
		succeeded = table.group.update(func(*bbolt.Tx) error { return nil }) == nil
	})
	wg.Go(func() {
		defer func() { recover() }()
		table.group.update(func(*bbolt.Tx) error { panic("a defect") })
	})
	for waiting := 0; waiting < 2; runtime.Gosched() {
		table.group.mu.Lock()
		waiting = len(table.group.waiting)
		table.group.mu.Unlock()
	}
	close(release)
	wg.Wait()
	if succeeded {
		t.Error("a change that was not committed passed for done")
	}
}
