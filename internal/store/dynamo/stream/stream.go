// Package stream reads a table's stream by polling, for the local runner. Deployed, Lambda reads it.
package stream

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"bellwether/internal/store"
)

// Checkpoints keeps how far each shard was read.
type Checkpoints interface {
	Get(name string) string
	Set(name, value string) error
}

// Record is one change of the table.
type Record struct {
	Shard, Sequence string
	New, Old        *store.Item // nil: deleted, created
	At              time.Time
}

// closed is the checkpoint of a shard that was read to its end.
const closed = "closed"

// Reader reads the stream of one table. It takes the shards in turns, but a shard only when its
// parent was read to the end, so that the changes of one item come in order.
type Reader struct {
	client      *dynamodbstreams.Client
	tables      *dynamodb.Client
	table       string
	checkpoints Checkpoints
	interval    time.Duration // between two polls that find nothing
	arn         string
	places      map[string]place // by shard
	turn        int              // of the shard that is asked first
	idle        atomic.Bool      // the last poll found nothing
}

// place is where the next read of a shard goes on, and the last record that was read before it.
type place struct{ iterator, last string }

// New makes a reader; it begins at the checkpoints, or at the oldest record.
func New(cfg aws.Config, table string, checkpoints Checkpoints, interval time.Duration) *Reader {
	return &Reader{
		client: dynamodbstreams.NewFromConfig(cfg), tables: dynamodb.NewFromConfig(cfg),
		table: table, checkpoints: checkpoints, interval: interval, places: map[string]place{},
	}
}

// Read answers the next records of one shard, none when nothing is new. Records that were read and
// not committed are read again.
func (r *Reader) Read(ctx context.Context, limit int) ([]Record, error) {
	r.idle.Store(false)
	open, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	for i := range open {
		shard := open[(r.turn+i)%len(open)]
		records, err := r.readShard(ctx, shard, limit)
		if err != nil {
			delete(r.places, shard) // an iterator lives for 15 minutes only
			return nil, err
		}
		if len(records) > 0 {
			r.turn += i + 1
			return records, nil
		}
	}
	r.idle.Store(true)
	return nil, nil
}

// Commit notes that a record, and all before it in its shard, are done with.
func (r *Reader) Commit(shard, sequence string) error {
	if r.places[shard].last == sequence {
		r.places[shard] = place{iterator: r.places[shard].iterator}
	}
	return r.checkpoints.Set(shard, sequence)
}

// CaughtUp reports whether the last poll found nothing.
func (r *Reader) CaughtUp() bool { return r.idle.Load() }

// Changed is closed when it is time for another poll.
func (r *Reader) Changed() <-chan struct{} {
	c := make(chan struct{})
	time.AfterFunc(r.interval, func() { close(c) })
	return c
}

// open are the shards that may be read now.
func (r *Reader) open(ctx context.Context) ([]string, error) {
	shards, err := r.shards(ctx)
	if err != nil {
		return nil, err
	}
	unread := map[string]bool{}
	for _, s := range shards {
		unread[*s.ShardId] = r.checkpoints.Get(*s.ShardId) != closed
	}
	var open []string
	for _, s := range shards {
		if unread[*s.ShardId] && !unread[aws.ToString(s.ParentShardId)] {
			open = append(open, *s.ShardId)
		}
	}
	return open, nil
}

func (r *Reader) shards(ctx context.Context) (all []types.Shard, err error) {
	if err := r.find(ctx); err != nil {
		return nil, err
	}
	var from *string
	for {
		out, err := r.client.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: &r.arn, ExclusiveStartShardId: from})
		if err != nil {
			return nil, fmt.Errorf("list the stream's shards: %w", err)
		}
		all = append(all, out.StreamDescription.Shards...)
		if from = out.StreamDescription.LastEvaluatedShardId; from == nil {
			return all, nil
		}
	}
}

// find asks for the table's stream, once.
func (r *Reader) find(ctx context.Context) error {
	if r.arn != "" {
		return nil
	}
	out, err := r.tables.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &r.table})
	if err != nil {
		return fmt.Errorf("find the stream of table %s: %w", r.table, err)
	}
	if r.arn = aws.ToString(out.Table.LatestStreamArn); r.arn == "" {
		return fmt.Errorf("table %s has no stream: create it as template.yaml has it", r.table)
	}
	return nil
}

func (r *Reader) readShard(ctx context.Context, shard string, limit int) ([]Record, error) {
	at := r.places[shard]
	if at.iterator == "" || at.last != "" {
		iterator, err := r.seek(ctx, shard)
		if err != nil {
			return nil, fmt.Errorf("find the place in shard %s: %w", shard, err)
		}
		at = place{iterator: iterator}
	}
	out, err := r.client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: &at.iterator, Limit: aws.Int32(int32(limit))})
	if err != nil {
		return nil, fmt.Errorf("read shard %s: %w", shard, err)
	}
	if len(out.Records) == 0 && out.NextShardIterator == nil {
		delete(r.places, shard)
		return nil, r.checkpoints.Set(shard, closed)
	}
	records := make([]Record, len(out.Records))
	for i, rec := range out.Records {
		at.last = aws.ToString(rec.Dynamodb.SequenceNumber)
		records[i] = Record{
			Shard: shard, Sequence: at.last, New: item(rec.Dynamodb.NewImage), Old: item(rec.Dynamodb.OldImage),
			At: aws.ToTime(rec.Dynamodb.ApproximateCreationDateTime),
		}
	}
	// A read may find nothing and still have moved on, so the next one begins where this one ended.
	at.iterator = aws.ToString(out.NextShardIterator)
	r.places[shard] = at
	return records, nil
}

// seek is an iterator behind the shard's checkpoint.
func (r *Reader) seek(ctx context.Context, shard string) (string, error) {
	in := &dynamodbstreams.GetShardIteratorInput{StreamArn: &r.arn, ShardId: &shard, ShardIteratorType: types.ShardIteratorTypeTrimHorizon}
	if at := r.checkpoints.Get(shard); at != "" {
		in.ShardIteratorType, in.SequenceNumber = types.ShardIteratorTypeAfterSequenceNumber, &at
	}
	out, err := r.client.GetShardIterator(ctx, in)
	if _, trimmed := errors.AsType[*types.TrimmedDataAccessException](err); trimmed {
		// What stood between is older than a day and gone; the shard goes on behind it.
		in.ShardIteratorType, in.SequenceNumber = types.ShardIteratorTypeTrimHorizon, nil
		out, err = r.client.GetShardIterator(ctx, in)
	}
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ShardIterator), nil
}
