// Package stream reads a table's stream by polling, for the local runner. Deployed, Lambda reads it.
package stream

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
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

// Reader reads the stream of one table, shard after shard in the stream's order: a shard only when
// its parent was read to the end, so the changes of one item come in order.
type Reader struct {
	client      *dynamodbstreams.Client
	table       string
	checkpoints Checkpoints
	interval    time.Duration // between two polls that find nothing
	arn         string
	idle        atomic.Bool // the last poll found nothing
}

// New makes a reader; it begins at the checkpoints, or at the oldest record.
func New(cfg aws.Config, table string, checkpoints Checkpoints, interval time.Duration) *Reader {
	return &Reader{client: dynamodbstreams.NewFromConfig(cfg), table: table, checkpoints: checkpoints, interval: interval}
}

// Read answers the next records of one shard, none when nothing is new.
func (r *Reader) Read(ctx context.Context, limit int) ([]Record, error) {
	r.idle.Store(false)
	shards, err := r.shards(ctx)
	if err != nil {
		return nil, err
	}
	done := map[string]bool{}
	known := map[string]bool{}
	for _, s := range shards {
		known[*s.ShardId] = true
		done[*s.ShardId] = r.checkpoints.Get(*s.ShardId) == closed
	}
	for _, s := range shards {
		parent := aws.ToString(s.ParentShardId)
		if done[*s.ShardId] || (known[parent] && !done[parent]) {
			continue
		}
		records, err := r.readShard(ctx, *s.ShardId, limit)
		if err != nil || len(records) > 0 {
			return records, err
		}
		done[*s.ShardId] = r.checkpoints.Get(*s.ShardId) == closed
	}
	r.idle.Store(true)
	return nil, nil
}

// Commit notes that a record, and all before it in its shard, are done with.
func (r *Reader) Commit(shard, sequence string) error { return r.checkpoints.Set(shard, sequence) }

// CaughtUp reports whether the last poll found nothing.
func (r *Reader) CaughtUp() bool { return r.idle.Load() }

// Changed is closed when it is time for another poll.
func (r *Reader) Changed() <-chan struct{} {
	c := make(chan struct{})
	time.AfterFunc(r.interval, func() { close(c) })
	return c
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

func (r *Reader) find(ctx context.Context) error {
	if r.arn != "" {
		return nil
	}
	out, err := r.client.ListStreams(ctx, &dynamodbstreams.ListStreamsInput{TableName: &r.table})
	if err != nil {
		return fmt.Errorf("find the stream of table %s: %w", r.table, err)
	}
	if len(out.Streams) == 0 {
		return fmt.Errorf("table %s has no stream: create it as template.yaml has it", r.table)
	}
	r.arn = *out.Streams[len(out.Streams)-1].StreamArn
	return nil
}

func (r *Reader) readShard(ctx context.Context, shard string, limit int) ([]Record, error) {
	in := &dynamodbstreams.GetShardIteratorInput{StreamArn: &r.arn, ShardId: &shard, ShardIteratorType: types.ShardIteratorTypeTrimHorizon}
	if at := r.checkpoints.Get(shard); at != "" {
		in.ShardIteratorType, in.SequenceNumber = types.ShardIteratorTypeAfterSequenceNumber, &at
	}
	iterator, err := r.client.GetShardIterator(ctx, in)
	if _, trimmed := errors.AsType[*types.TrimmedDataAccessException](err); trimmed {
		// What stood between is older than a day and gone; the shard goes on behind it.
		in.ShardIteratorType, in.SequenceNumber = types.ShardIteratorTypeTrimHorizon, nil
		iterator, err = r.client.GetShardIterator(ctx, in)
	}
	if err != nil {
		return nil, fmt.Errorf("find the place in shard %s: %w", shard, err)
	}
	out, err := r.client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: iterator.ShardIterator, Limit: aws.Int32(int32(limit))})
	if err != nil {
		return nil, fmt.Errorf("read shard %s: %w", shard, err)
	}
	if len(out.Records) == 0 && out.NextShardIterator == nil {
		return nil, r.checkpoints.Set(shard, closed)
	}
	records := make([]Record, len(out.Records))
	for i, rec := range out.Records {
		records[i] = Record{
			Shard: shard, Sequence: aws.ToString(rec.Dynamodb.SequenceNumber), New: item(rec.Dynamodb.NewImage), Old: item(rec.Dynamodb.OldImage),
			At: aws.ToTime(rec.Dynamodb.ApproximateCreationDateTime),
		}
	}
	return records, nil
}

// item is an image as the store's item; nil where there is none.
func item(image map[string]types.AttributeValue) *store.Item {
	if len(image) == 0 {
		return nil
	}
	text := func(name string) string {
		if v, ok := image[name].(*types.AttributeValueMemberS); ok {
			return v.Value
		}
		return ""
	}
	number := func(name string) int64 {
		v, ok := image[name].(*types.AttributeValueMemberN)
		if !ok {
			return 0
		}
		n, err := strconv.ParseInt(v.Value, 10, 64)
		if err != nil {
			return 0 // the store writes whole numbers only
		}
		return n
	}
	i := &store.Item{
		Key: store.Key{PK: text("PK"), SK: text("SK")}, Index: store.Key{PK: text("IPK"), SK: text("ISK")},
		Version: number("version"), AsOf: number("asOf"), Doc: text("doc"), Events: text("events"),
	}
	if at := number("expiresAt"); at != 0 {
		i.ExpiresAt = time.Unix(at, 0).UTC()
	}
	return i
}
