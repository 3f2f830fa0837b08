// Package eventbridge publishes events on an Amazon EventBridge bus.
package eventbridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"bellwether/internal/bus"
	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// maxCallBytes is the most that one call carries; bigger batches are split.
const maxCallBytes = 256 << 10

// timeBytes is what EventBridge counts for an entry's time.
const timeBytes = 14

// Bus is one event bus. It is safe for concurrent use.
type Bus struct {
	client *eventbridge.Client
	name   string
}

var _ bus.Bus = (*Bus)(nil)

// New makes the bus of the given name.
func New(cfg aws.Config, name string) *Bus {
	return &Bus{client: eventbridge.NewFromConfig(cfg), name: name}
}

// Put implements bus.Bus. Ten small events are one call.
func (b *Bus) Put(ctx context.Context, events []event.Raw) ([]error, error) {
	if len(events) > bus.MaxEntries {
		return nil, fault.Newf(fault.Invalid, "too_many_events", "one call takes %d events, not %d", bus.MaxEntries, len(events))
	}
	results := make([]error, len(events))
	calls := b.pack(events, results)
	var failure error
	for _, c := range calls {
		if err := b.send(ctx, c, results); err != nil {
			failure = err
			for _, i := range c.index {
				results[i] = err
			}
		}
	}
	if failure != nil && len(calls) == 1 && len(calls[0].index) == len(events) {
		return nil, failure
	}
	return results, nil
}

// call is the entries that go together, and the place of each among the events.
type call struct {
	entries []types.PutEventsRequestEntry
	index   []int
	bytes   int
}

// pack makes as few calls as the size allows, and settles the events that no call can carry.
func (b *Bus) pack(events []event.Raw, results []error) []*call {
	var calls []*call
	for i, e := range events {
		detail, err := json.Marshal(e)
		if err != nil {
			results[i] = fmt.Errorf("%w: %w", bus.ErrMalformed, err)
			continue
		}
		size := timeBytes + len(event.Source) + len(e.Meta.Type) + len(detail)
		if size > event.MaxBytes {
			results[i] = fmt.Errorf("%w: it has %d bytes, more than %d", bus.ErrMalformed, size, event.MaxBytes)
			continue
		}
		if len(calls) == 0 || calls[len(calls)-1].bytes+size > maxCallBytes {
			calls = append(calls, new(call))
		}
		c := calls[len(calls)-1]
		c.entries = append(c.entries, types.PutEventsRequestEntry{
			EventBusName: &b.name,
			Source:       aws.String(event.Source),
			DetailType:   aws.String(e.Meta.Type),
			Detail:       aws.String(string(detail)),
			Time:         aws.Time(e.Meta.OccurredAt),
		})
		c.index = append(c.index, i)
		c.bytes += size
	}
	return calls
}

func (b *Bus) send(ctx context.Context, c *call, results []error) error {
	out, err := b.client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: c.entries})
	if err != nil {
		return fault.Wrap(err, fault.Retryable, "bus_unavailable", "the event bus did not answer")
	}
	if len(out.Entries) != len(c.entries) {
		return fault.Wrap(errors.New("the answer has another number of entries"), fault.Retryable, "bus_unavailable", "the event bus answered nonsense")
	}
	for j, entry := range out.Entries {
		results[c.index[j]] = entryError(entry)
	}
	return nil
}

// entryError sorts an entry's failure: what is wrong with the event itself stays wrong.
func entryError(e types.PutEventsResultEntry) error {
	code := aws.ToString(e.ErrorCode)
	err := fmt.Errorf("%s: %s", code, aws.ToString(e.ErrorMessage))
	switch code {
	case "":
		return nil
	case "MalformedDetail", "InvalidArgument", "AccessDeniedException", "NotAuthorizedForSource",
		"NotAuthorizedForDetailType", "NotAuthorizedForSourceException", "NotAuthorizedForDetailTypeException":
		return fmt.Errorf("%w: %w", bus.ErrMalformed, err)
	default:
		return fault.Wrap(err, fault.Retryable, "bus_unavailable", "the event bus did not take the event")
	}
}
