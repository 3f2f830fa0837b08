package entry

import (
	"context"
	"encoding/json"
	"errors"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/obs"
)

// StreamRecord is one version of an item that carries events.
type StreamRecord struct {
	Sequence string // its place in the stream, for the batch response
	ItemKey  string // which item: events of one item are in order
	Events   []event.Raw
	Text     string // the item's events attribute as it was written
	Err      error  // set when Text can't be read; Events is empty then
}

// Stream is the handler of a function that reads the table's stream with ReportBatchItemFailures.
type Stream struct {
	fn func(context.Context, []StreamRecord) (string, error)
}

// NewStream hands on the records that carry events, in stream order. fn answers the sequence
// of the first record that it could not handle (Lambda delivers again from there), or "".
// An error with a sequence is logged; an error alone fails the whole batch.
func NewStream(fn func(ctx context.Context, records []StreamRecord) (failedFrom string, err error)) *Stream {
	return &Stream{fn}
}

type streamEvent struct {
	Records []struct {
		Change struct {
			Sequence string `json:"SequenceNumber"`
			NewImage *struct {
				PK     text `json:"PK"`
				SK     text `json:"SK"`
				Events text `json:"events"`
			} `json:"NewImage"`
		} `json:"dynamodb"`
	} `json:"Records"`
}

// text is a DynamoDB attribute of type S.
type text struct {
	S string `json:"S"`
}

// Invoke implements lambda.Handler.
func (s *Stream) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var in streamEvent
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "bad_payload", "this is no DynamoDB stream event")
	}
	records := make([]StreamRecord, 0, len(in.Records))
	for _, r := range in.Records {
		// A removed item has no new image, and most writes carry no events.
		if r.Change.NewImage == nil || r.Change.NewImage.Events.S == "" {
			continue
		}
		image := r.Change.NewImage
		rec := StreamRecord{Sequence: r.Change.Sequence, ItemKey: image.PK.S + "\n" + image.SK.S, Text: image.Events.S}
		if err := json.Unmarshal([]byte(rec.Text), &rec.Events); err != nil {
			rec.Events, rec.Err = nil, err
		}
		records = append(records, rec)
	}
	obs.Note(ctx, "records", len(records))
	failedFrom, err := s.fn(ctx, records)
	if failedFrom == "" && err != nil {
		return nil, err
	}
	response := batchResponse{Failures: []itemFailure{}}
	if failedFrom != "" {
		if err == nil {
			err = errors.New("records are left")
		}
		obs.Fail(ctx, err)
		obs.Note(ctx, "failedFrom", failedFrom)
		response.Failures = append(response.Failures, itemFailure{failedFrom})
	}
	return json.Marshal(response)
}
