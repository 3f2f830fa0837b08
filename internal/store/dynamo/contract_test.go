package dynamo_test

import (
	"testing"

	"bellwether/internal/store/storetest"
)

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		w := newWorld(t)
		return storetest.Harness{Table: w.Table, Clock: w.clock, Stream: func() ([]storetest.Change, error) {
			records, err := w.behind.Records(0, 10_000)
			var changes []storetest.Change
			for _, r := range records {
				changes = append(changes, storetest.Change{Old: r.Old, New: r.New})
			}
			return changes, err
		}}
	})
}
