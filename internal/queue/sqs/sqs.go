// Package sqs sends messages to an Amazon SQS queue.
package sqs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"bellwether/internal/fault"
	"bellwether/internal/queue"
)

const (
	// batch is how many messages a call takes.
	batch = 10
	// tries is how often the failed ones of a call are sent again; the SDK repeats failed calls itself.
	tries = 3
)

// Queue is one queue. It is safe for concurrent use.
type Queue struct {
	client *sqs.Client
	url    string
}

var _ queue.Queue = (*Queue)(nil)

// New makes the queue with the given URL.
func New(cfg aws.Config, url string) *Queue {
	return &Queue{client: sqs.NewFromConfig(cfg), url: url}
}

// Send implements queue.Queue.
func (q *Queue) Send(ctx context.Context, messages ...queue.Message) error {
	for some := range slices.Chunk(messages, batch) {
		if err := q.send(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

func (q *Queue) send(ctx context.Context, messages []queue.Message) error {
	entries := make([]types.SendMessageBatchRequestEntry, len(messages))
	for i, m := range messages {
		delay := min(max(m.Delay, 0), queue.MaxDelay)
		entries[i] = types.SendMessageBatchRequestEntry{
			Id: aws.String(strconv.Itoa(i)), MessageBody: aws.String(string(m.Body)), DelaySeconds: int32(delay / time.Second),
		}
	}
	var left error
	for range tries {
		out, err := q.client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &q.url, Entries: entries})
		if err != nil {
			return wrap(err)
		}
		if len(out.Failed) == 0 {
			return nil
		}
		var again []types.SendMessageBatchRequestEntry
		for _, f := range out.Failed {
			left = fmt.Errorf("%s: %s", aws.ToString(f.Code), aws.ToString(f.Message))
			if f.SenderFault {
				return fault.Wrap(left, fault.Permanent, "message_refused", "the queue refused a message")
			}
			if i := slices.IndexFunc(entries, func(e types.SendMessageBatchRequestEntry) bool { return aws.ToString(e.Id) == aws.ToString(f.Id) }); i >= 0 {
				again = append(again, entries[i])
			}
		}
		entries = again
	}
	return fault.Wrap(left, fault.Retryable, "queue_unavailable", "the queue did not take a message")
}

// wrap sorts the failure of a whole call: what SQS finds wrong with it stays wrong.
func wrap(err error) error {
	err = fmt.Errorf("send messages: %w", err)
	_, long := errors.AsType[*types.BatchRequestTooLong](err)
	_, contents := errors.AsType[*types.InvalidMessageContents](err)
	if long || contents {
		return fault.Wrap(err, fault.Permanent, "message_refused", "the queue refused the messages")
	}
	return fault.Wrap(err, fault.Retryable, "queue_unavailable", "the queue did not answer")
}
