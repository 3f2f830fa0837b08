package bolt_test

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
)

// BenchmarkWrite is the rate of writes that wait for the disk, by the number of writers.
func BenchmarkWrite(b *testing.B) {
	for _, writers := range []int{1, 16, 64} {
		b.Run(fmt.Sprint(writers, " writers"), func(b *testing.B) {
			table, err := bolt.Open(filepath.Join(b.TempDir(), "table.db"), bolt.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer table.Close()
			var n atomic.Int64
			b.SetParallelism(writers)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					item := store.Item{Key: store.Key{PK: "ORG#1#BENCH", SK: fmt.Sprint(n.Add(1))}, Version: 1, Doc: `{"a":"some text of a common length, for the sake of it"}`}
					if err := table.Write(b.Context(), "", store.Put(item, store.NotExists())); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
		})
	}
}

// BenchmarkOpen is what a simulated history pays for a table of its own.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	for i := range b.N {
		table, err := bolt.Open(filepath.Join(dir, fmt.Sprint(i)), bolt.Options{NoSync: true})
		if err != nil {
			b.Fatal(err)
		}
		table.Close()
	}
}

// BenchmarkWriteNoSync is what a simulation pays for a write.
func BenchmarkWriteNoSync(b *testing.B) {
	table, err := bolt.Open(filepath.Join(b.TempDir(), "table.db"), bolt.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer table.Close()
	for i := range b.N {
		item := store.Item{Key: store.Key{PK: "ORG#1#BENCH", SK: fmt.Sprint(i % 100)}, Version: 1, Doc: `{"a":"b"}`}
		if err := table.Write(b.Context(), "", store.Put(item, store.Always())); err != nil {
			b.Fatal(err)
		}
	}
}
