package local

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	work "bellwether/internal/queue"
)

// localQueue is an SQS queue: its messages wait in the journal among the other deliveries, for the
// function that reads the queue by the template.
type localQueue struct {
	system *System
	id     string // logical
}

var _ work.Queue = localQueue{}

// Send implements work.Queue. Unlike SQS it takes all messages or none.
func (q localQueue) Send(_ context.Context, messages ...work.Message) error {
	function, ok := q.system.plan.reader(q.id)
	if !ok {
		return fmt.Errorf("nothing reads the queue %s", q.id)
	}
	deliveries := make([]Delivery, len(messages))
	for i, m := range messages {
		deliveries[i] = Delivery{Function: function, What: "message", Payload: m.Body, Due: q.system.now().Add(m.Delay)}
	}
	if len(deliveries) == 0 {
		return nil
	}
	if err := q.system.journal.add(deliveries...); err != nil {
		return err
	}
	q.system.poke()
	return nil
}

// messagePayload is a message as Lambda hands it over.
func messagePayload(d Delivery) []byte {
	payload, err := json.Marshal(map[string]any{"Records": []any{map[string]any{
		"messageId": "local-" + strconv.FormatUint(d.ID, 10), "receiptHandle": "local", "body": string(d.Payload),
		"attributes":        map[string]string{"ApproximateReceiveCount": strconv.Itoa(d.Attempt + 1)},
		"messageAttributes": map[string]any{}, "eventSource": "aws:sqs", "awsRegion": "local",
	}}})
	if err != nil {
		panic(err) // it is made of texts
	}
	return payload
}
