package entry

import (
	"context"
	"encoding/json"

	"bellwether/internal/fault"
)

// Schedule is the handler of a function that EventBridge Scheduler invokes with the timer's
// own input. Lambda retries a failure twice, then keeps it in the function's failure queue.
type Schedule struct {
	handle func(context.Context, []byte) error
}

// NewSchedule decodes the input as T.
func NewSchedule[T any](fn func(context.Context, T) error) *Schedule {
	return &Schedule{handle: func(ctx context.Context, payload []byte) error {
		var input T
		if err := json.Unmarshal(payload, &input); err != nil {
			return fault.Wrap(err, fault.Invalid, "bad_payload", "the timer's input can't be read")
		}
		return fn(ctx, input)
	}}
}

// Invoke implements lambda.Handler.
func (s *Schedule) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	if err := s.handle(ctx, payload); err != nil {
		return nil, err
	}
	return []byte("null"), nil
}
