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
	"bellwether/internal/store/bolt"
)

const pipelineEvents = 2_000

// pipeline measures goal 10: the local runner finds events in its table's stream and takes each
// through the log, the bus, the template's rules and two listeners, with every write on the disk.
func pipeline(ctx context.Context, root string, r *report) error {
	dir, err := os.MkdirTemp("", "bellwether-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := fill(ctx, dir); err != nil {
		return err
	}
	template, err := sam.Load(filepath.Join(root, "template.yaml"))
	if err != nil {
		return err
	}
	started := time.Now()
	system, err := local.Start(local.Config{Template: template, Dir: dir, Log: io.Discard, Report: io.Discard})
	if err != nil {
		return err
	}
	err = system.Drain(ctx)
	took := time.Since(started)
	if closeErr := system.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	r.atLeast(10, "local pipeline", float64(pipelineEvents)/took.Seconds(), 500, " events/s",
		fmt.Sprintf("%d CampaignCreated, two listeners each, fsync", pipelineEvents))
	return nil
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
