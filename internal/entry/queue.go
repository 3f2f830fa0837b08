package entry

import (
	"context"
	"encoding/json"
	"fmt"

	"bellwether/internal/fault"
	"bellwether/internal/obs"
)

// Message is one message of an SQS queue.
type Message[T any] struct {
	ID       string
	Attempt  int // 1 for the first delivery
	Body     T
	GroupKey string // of a FIFO queue
}

// Queue is the handler of a function that reads an SQS queue with ReportBatchItemFailures:
// the messages that failed return to the queue (and at last to its dead-letter queue), the others don't.
type Queue struct {
	handle func(context.Context, sqsRecord) error
}

type sqsEvent struct {
	Records []sqsRecord `json:"Records"`
}

type sqsRecord struct {
	MessageID  string `json:"messageId"`
	Body       string `json:"body"`
	Attributes struct {
		ReceiveCount   int    `json:"ApproximateReceiveCount,string"`
		MessageGroupID string `json:"MessageGroupId"`
	} `json:"attributes"`
}

type batchResponse struct {
	Failures []itemFailure `json:"batchItemFailures"`
}

type itemFailure struct {
	ID string `json:"itemIdentifier"`
}

// NewQueue decodes each message's body as T.
func NewQueue[T any](fn func(context.Context, Message[T]) error) *Queue {
	return &Queue{handle: func(ctx context.Context, r sqsRecord) error {
		m := Message[T]{ID: r.MessageID, Attempt: r.Attributes.ReceiveCount, GroupKey: r.Attributes.MessageGroupID}
		if err := json.Unmarshal([]byte(r.Body), &m.Body); err != nil {
			return fault.Wrap(err, fault.Invalid, "bad_payload", "the message can't be read")
		}
		return fn(ctx, m)
	}}
}

// Invoke implements lambda.Handler. A message that panics fails alone.
func (q *Queue) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var event sqsEvent
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "bad_payload", "this is no SQS event")
	}
	response := batchResponse{Failures: []itemFailure{}}
	for i, r := range event.Records {
		if err := ctx.Err(); err != nil {
			obs.Fail(ctx, fmt.Errorf("out of time, %d messages go back: %w", len(event.Records)-i, err))
			for _, left := range event.Records[i:] {
				response.Failures = append(response.Failures, itemFailure{left.MessageID})
			}
			break
		}
		if err := q.one(ctx, r); err != nil {
			obs.Fail(ctx, fmt.Errorf("message %s: %w", r.MessageID, err))
			response.Failures = append(response.Failures, itemFailure{r.MessageID})
		}
	}
	obs.Note(ctx, "messages", len(event.Records))
	if n := len(response.Failures); n > 0 {
		obs.Note(ctx, "returned", n)
	}
	return json.Marshal(response)
}

func (q *Queue) one(ctx context.Context, r sqsRecord) (err error) {
	defer func() {
		if p := recover(); p != nil {
			obs.Note(ctx, "stack", stack())
			err = &PanicError{Value: p}
		}
	}()
	return q.handle(ctx, r)
}
