package main

import (
	"context"
	"fmt"
	"time"

	"bellwether/internal/local"
	"bellwether/internal/store/dynamo"
	"bellwether/internal/store/dynamo/provision"
	"bellwether/internal/store/dynamo/stream"
)

// pollInterval is how often a quiet stream is looked at.
const pollInterval = 300 * time.Millisecond

// useDynamoDB lets the system run on a real DynamoDB API: AWS, or whatever AWS_ENDPOINT_URL or
// AWS_ENDPOINT_URL_DYNAMODB and AWS_ENDPOINT_URL_DYNAMODB_STREAMS name. A table that is missing is
// created as the template defines it.
func useDynamoDB(ctx context.Context, c *local.Config) error {
	cfg, err := provision.Config(ctx)
	if err != nil {
		return err
	}
	if len(c.Template.Tables) != 1 {
		return fmt.Errorf("the template defines %d tables, want 1", len(c.Template.Tables))
	}
	def := c.Template.Tables[0]
	created, err := provision.Table(ctx, cfg, def)
	if err != nil {
		return err
	}
	if created {
		fmt.Printf("Created table %s.\n", def.Name)
	}
	c.Table = dynamo.New(cfg, def.Name)
	c.Source = func(checkpoints *local.Checkpoints) local.Source {
		return source{stream.New(cfg, def.Name, checkpoints, pollInterval)}
	}
	return nil
}

// source gives the runner the stream in its own terms.
type source struct{ *stream.Reader }

func (s source) Read(ctx context.Context, limit int) ([]local.Change, error) {
	records, err := s.Reader.Read(ctx, limit)
	changes := make([]local.Change, len(records))
	for i, r := range records {
		changes[i] = local.Change{Shard: r.Shard, Sequence: r.Sequence, New: r.New, Old: r.Old, At: r.At}
	}
	return changes, err
}

func (s source) Commit(last local.Change) error { return s.Reader.Commit(last.Shard, last.Sequence) }
