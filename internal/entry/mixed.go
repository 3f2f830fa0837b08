package entry

import (
	"context"
	"encoding/json"
)

// Mixed is the handler of a listener that timers wake as well: what the bus sends goes to the listener, and
// everything else is a timer's own input.
type Mixed struct {
	*Listener
	timer *Schedule
}

// NewMixed joins the two.
func NewMixed(l *Listener, timer *Schedule) *Mixed { return &Mixed{l, timer} }

// Invoke implements lambda.Handler.
func (m *Mixed) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var in struct {
		Type string `json:"detail-type"`
	}
	if json.Unmarshal(payload, &in) == nil && in.Type == "" {
		return m.timer.Invoke(ctx, payload)
	}
	return m.Listener.Invoke(ctx, payload)
}
