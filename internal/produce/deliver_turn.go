package produce

import (
	"context"
	"slices"
	"strconv"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/delivery"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/obs"
	"bellwether/internal/parallel"
	"bellwether/internal/tenant"
)

const (
	// pendingAtOnce is how many rows of a target are looked at together.
	pendingAtOnce = 90
	// lookAgain is when a target is looked at again for which there is more to send.
	lookAgain = time.Second
)

// turn is one look at one target.
type turn struct {
	Deliverer
	wake   delivery.Outgoing
	now    time.Time
	roster tenant.Roster
	lane   delivery.Lane
	rows   []delivery.Delivery // all that are pending, as this turn knows them
}

// look sends what is due to the target: one letter at most. Then it has the target looked at again, if
// there is more.
func (d Deliverer) look(ctx context.Context, w delivery.Outgoing) error {
	t := turn{Deliverer: d, wake: w, now: d.Now()}
	if over, err := t.read(ctx); err != nil || over {
		return err
	}
	wait, err := t.act(ctx)
	if fault.Is(err, fault.Conflict) {
		obs.Note(ctx, "lane", "busy") // somebody else is at it
		wait, err = t.now.Add(lookAgain), nil
	}
	if err != nil {
		return err
	}
	return t.again(ctx, wait)
}

// act does what is to be done now; wait is when to look again for what is left.
func (t *turn) act(ctx context.Context) (wait time.Time, err error) {
	if t.lane.Lost(t.now) {
		return time.Time{}, t.recover(ctx)
	}
	if err := t.judge(ctx); err != nil {
		return wait, err
	}
	take, drop, wait := t.lane.Next(t.rows, t.now)
	if err := t.save(ctx, "drop", nil, drop...); err != nil || len(take) == 0 {
		return wait, err
	}
	return t.now.Add(lookAgain), t.send(ctx, take)
}

// read finds what there is to do; over says that there is nothing for the row that was woken.
func (t *turn) read(ctx context.Context) (over bool, err error) {
	var own delivery.Delivery
	if t.wake.Row != nil {
		own, err = t.Ledger.Get(ctx, t.wake.OrgID, *t.wake.Row)
		if fault.Is(err, fault.NotFound) || err == nil && !own.Pending() {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		if own.State == delivery.Queued && own.NotBefore.After(t.now) {
			return true, t.Deliverer.wake(ctx, own)
		}
	}
	err = parallel.Do(ctx,
		func(ctx context.Context) (err error) {
			t.lane, err = t.Ledger.Lane(ctx, t.wake.OrgID, t.wake.Target)
			return err
		},
		func(ctx context.Context) (err error) {
			t.rows, err = t.Ledger.Pending(ctx, t.wake.OrgID, t.wake.Target, pendingAtOnce)
			return err
		},
		func(ctx context.Context) (err error) {
			t.roster, err = t.Rosters.Roster(ctx, t.wake.OrgID)
			return err
		})
	if t.wake.Row != nil {
		t.know(own)
	}
	return false, err
}

// know takes over what became of rows.
func (t *turn) know(rows ...delivery.Delivery) {
	for _, d := range rows {
		i := slices.IndexFunc(t.rows, func(o delivery.Delivery) bool { return o.ID == d.ID })
		switch {
		case i < 0:
			t.rows = append(t.rows, d)
		case t.rows[i].Version < d.Version:
			t.rows[i] = d
		}
	}
}

// save writes rows, and the lane if one is given.
func (t *turn) save(ctx context.Context, what string, lane *delivery.Lane, rows ...delivery.Delivery) error {
	if lane == nil && len(rows) == 0 {
		return nil
	}
	token := t.wake.Target + "/" + what
	for _, d := range rows {
		token = event.Derive(token, d.ID, strconv.FormatInt(d.Version, 10))
	}
	if err := t.Ledger.Save(ctx, token, lane, t.now, rows...); err != nil {
		return err
	}
	t.know(rows...)
	return nil
}

// recover takes over a letter whose sender never said what became of it: it may have arrived.
func (t *turn) recover(ctx context.Context) error {
	rows := make([]delivery.Delivery, len(t.lane.Flight.Rows))
	reads := make([]func(context.Context) error, len(rows))
	for i, ref := range t.lane.Flight.Rows {
		reads[i] = func(ctx context.Context) (err error) {
			rows[i], err = t.Ledger.Get(ctx, t.wake.OrgID, ref)
			return err
		}
	}
	if err := parallel.UpTo(ctx, sweepSide, reads...); err != nil {
		return err
	}
	return t.settle(ctx, rows, &channel.Error{Outcome: channel.Unknown, Text: "nobody knows what became of it: whoever sent it was cut off"})
}

// again has the target looked at once more: because of the row that was woken, as long as that is not done,
// or because of what is due next.
func (t *turn) again(ctx context.Context, wait time.Time) error {
	var next *delivery.Delivery
	for i, d := range t.rows {
		mine := t.wake.Row == nil || d.Ref() == *t.wake.Row
		if mine && d.Pending() && (next == nil || d.NotBefore.Before(next.NotBefore)) {
			next = &t.rows[i]
		}
	}
	if next == nil {
		return nil
	}
	at := next.NotBefore
	if wait.After(at) {
		at = wait
	} else if !at.After(t.now) {
		at = t.now.Add(lookAgain)
	}
	m, later, err := t.wakeUp(t.wake, at)
	if err != nil {
		return err
	}
	if later != nil {
		return t.Timers.Set(ctx, *later)
	}
	return t.Queue.Send(ctx, m)
}
