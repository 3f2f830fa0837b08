package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"bellwether/internal/lambdatest"
	"bellwether/internal/local"
	"bellwether/internal/sam"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
)

const (
	pipelineEvents = 2_000
	pipelineRuns   = 3
)

// pipeline measures goal 10: the local runner finds events in its table's stream and takes each
// through the log, the bus, the template's rules and two listeners, with every write on the disk.
func pipeline(ctx context.Context, root string, r *report) error {
	template, err := sam.Load(filepath.Join(root, "template.yaml"))
	if err != nil {
		return err
	}
	var rates []float64
	for range pipelineRuns {
		took, err := pipelineRun(ctx, template)
		if err != nil {
			return err
		}
		rates = append(rates, pipelineEvents/took.Seconds())
	}
	r.atLeast(10, "local pipeline", median(rates), 500, " events/s",
		fmt.Sprintf("%d CampaignCreated, two listeners each, fsync, median of %d runs: %.0f", pipelineEvents, pipelineRuns, rates))
	return nil
}

func pipelineRun(ctx context.Context, template *sam.Template) (took time.Duration, err error) {
	dir, err := os.MkdirTemp("", "bellwether-bench")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	if err := fill(ctx, dir); err != nil {
		return 0, err
	}
	started := time.Now()
	system, err := local.Start(local.Config{Template: template, Dir: dir, Log: io.Discard, Report: io.Discard})
	if err != nil {
		return 0, err
	}
	err = system.Drain(ctx)
	took = time.Since(started)
	if closeErr := system.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return 0, err
	}
	return took, arrived(ctx, dir)
}

// arrived makes sure that every event had its effects: a runner that put them off would be fast.
func arrived(ctx context.Context, dir string) error {
	table, err := bolt.Open(filepath.Join(dir, "state.db"), bolt.Options{NoSync: true})
	if err != nil {
		return err
	}
	defer table.Close()
	org := store.Org(lambdatest.OrgID)
	tiles := 0
	for shard := range store.Shards {
		items, err := store.All(ctx, table, store.Query{Partition: org.Tiles(shard)}, 0)
		if err != nil {
			return err
		}
		tiles += len(items)
	}
	notices, err := store.All(ctx, table, store.Query{Partition: org.Inbox(lambdatest.UserID)}, 0)
	if err == nil && (tiles != pipelineEvents || len(notices) < pipelineEvents) {
		err = fmt.Errorf("%d dashboard rows and %d notices for %d events", tiles, len(notices), pipelineEvents)
	}
	return err
}

// fill leaves a state behind in which campaigns were made and nothing was relayed yet.
func fill(ctx context.Context, dir string) error {
	table, err := bolt.Open(filepath.Join(dir, "state.db"), bolt.Options{NoSync: true})
	if err != nil {
		return err
	}
	if err := lambdatest.Seed(ctx, table, pipelineEvents-1); err != nil {
		table.Close()
		return err
	}
	return table.Close()
}
