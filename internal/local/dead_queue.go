package local

import (
	"context"
	"encoding/json"
	"strconv"

	"go.etcd.io/bbolt"

	work "bellwether/internal/queue"
)

type queueSource = work.Source

// deadQueue is the dead-letter queue of one function: what the journal buried of it.
type deadQueue struct {
	system   *System
	function string
}

// Receive implements work.Source, in the form in which Lambda leaves an invocation that failed for the last time.
func (q deadQueue) Receive(context.Context) ([]work.Received, error) {
	all, err := list[DeadLetter](q.system.journal, deadBucket)
	if err != nil {
		return nil, err
	}
	var out []work.Received
	for _, d := range all {
		if d.Function != q.function || len(out) == 10 {
			continue
		}
		body, err := json.Marshal(map[string]any{
			"version": "1.0", "timestamp": d.At,
			"requestContext":  map[string]any{"condition": "RetriesExhausted", "approximateInvokeCount": d.Attempt},
			"requestPayload":  d.Payload,
			"responsePayload": map[string]any{"errorMessage": d.Reason},
		})
		if err != nil {
			return nil, err
		}
		out = append(out, work.Received{Body: body, Receipt: strconv.FormatUint(d.ID, 10), SentAt: d.At})
	}
	return out, nil
}

// Delete implements work.Source.
func (q deadQueue) Delete(_ context.Context, receipt string) error {
	id, err := strconv.ParseUint(receipt, 10, 64)
	if err != nil {
		return err
	}
	return q.system.journal.file.Update(func(tx *bbolt.Tx) error { return tx.Bucket(deadBucket).Delete(number(id)) })
}
