package store

import (
	"context"
	"fmt"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/replay"
	"bellwether/internal/tenant"
)

// Requests keeps the requests that have an idempotency key.
type Requests struct{ Table Table }

// requestTTL is how long a key stands for its request.
const requestTTL = 24 * time.Hour

// request is the record of a key.
type request struct {
	Fingerprint string         `json:"fingerprint"`
	Claimant    string         `json:"claimant"` // so that two tries never mistake the other's claim for their own
	BegunAt     time.Time      `json:"begunAt"`
	ClaimedAt   time.Time      `json:"claimedAt,omitzero"` // zero: nobody works on it
	Answer      *replay.Answer `json:"answer,omitempty"`
}

// Begin claims the key for c, or answers what the request that had it answered.
func (s Requests) Begin(ctx context.Context, c replay.Claim) (replay.Claim, *replay.Answer, error) {
	c.Version, c.BegunAt = 1, c.At.UTC()
	err := s.put(ctx, c, nil, NotExists())
	if !fault.Is(err, fault.Conflict) {
		return c, nil, err
	}
	item, err := s.Table.Get(ctx, requestKey(c))
	if fault.Is(err, fault.NotFound) {
		return c, nil, replay.ErrRunning(time.Second) // it expired this moment
	}
	if err != nil {
		return c, nil, fmt.Errorf("read a request: %w", err)
	}
	had, err := decodeJSON[request](item)
	switch {
	case err != nil:
		return c, nil, err
	case had.Fingerprint != c.Fingerprint:
		return c, nil, replay.ErrReused()
	case had.Answer != nil:
		return c, had.Answer, nil
	}
	if wait := had.ClaimedAt.Add(replay.ClaimTimeout).Sub(c.At); wait > 0 {
		return c, nil, replay.ErrRunning(wait)
	}
	c.Version, c.BegunAt = item.Version+1, had.BegunAt
	err = s.put(ctx, c, nil, VersionIs(item.Version))
	if fault.Is(err, fault.Conflict) {
		err = replay.ErrRunning(replay.ClaimTimeout)
	}
	return c, nil, err
}

// Finish keeps the answer of the claim; without one another try may begin at once, as the same
// cause: the failed one may have done its work and lost only the answer. A claim that another try
// took over is left alone.
func (s Requests) Finish(ctx context.Context, c replay.Claim, a *replay.Answer) error {
	claimed := c.Version
	c.Version++
	if a == nil {
		c.At = time.Time{}
	}
	return dropOutdated(s.put(ctx, c, a, VersionIs(claimed)))
}

func (s Requests) put(ctx context.Context, c replay.Claim, a *replay.Answer, cond Condition) error {
	item, err := jsonItem(requestKey(c), request{Fingerprint: c.Fingerprint, Claimant: c.Claimant, BegunAt: c.BegunAt, ClaimedAt: c.At.UTC(), Answer: a})
	if err != nil {
		return err
	}
	item.Version, item.ExpiresAt = c.Version, c.BegunAt.Add(requestTTL).Truncate(time.Second)
	return s.Table.Write(ctx, fmt.Sprint(c.Claimant, "/", c.Version), Put(item, cond))
}

// requestKey is under the organisation; a principal that has none yet stands for itself.
func requestKey(c replay.Claim) Key {
	org := c.OrgID
	if org == "" {
		org = c.PrincipalID
	}
	return Org(org).Request(c.PrincipalID, c.KeyHash)
}

// Record adds to the organisation's audit trail that a request changed something.
func (s Requests) Record(ctx context.Context, r tenant.AuditRecord) error {
	return Audit(s).Record(ctx, r)
}
