package dynamo_test

import (
	"path/filepath"
	"testing"

	"bellwether/internal/store/bolt"
	"bellwether/internal/store/dynamo"
	"bellwether/internal/store/dynamotest"
	"bellwether/internal/store/storetest"
)

func serve(t *testing.T) *dynamotest.Server {
	t.Helper()
	table, err := bolt.Open(filepath.Join(t.TempDir(), "table.db"), bolt.Options{NoSync: true, Now: dynamotest.BeforeAll})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	server := dynamotest.New(table)
	t.Cleanup(server.Close)
	return server
}

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		clock := storetest.NewClock()
		return storetest.Harness{Table: dynamo.New(serve(t).Config(), "bellwether", dynamo.Clock(clock.Now)), Clock: clock}
	})
}
