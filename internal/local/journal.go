package local

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"bellwether/internal/schedule"
	"bellwether/internal/store"
)

var (
	deliveryBucket = []byte("local.deliveries")
	deadBucket     = []byte("local.dead")
	timerBucket    = []byte("local.timers")
	outboxBucket   = []byte("local.outbox")
	parkedBucket   = []byte("local.parked")
	stateBucket    = []byte("local.state")
)

// Delivery is one asynchronous invocation that is still to be done.
type Delivery struct {
	ID       uint64          `json:"id"`
	Function string          `json:"function"`
	What     string          `json:"what"` // the event's type, or the timer's name
	Payload  json.RawMessage `json:"payload"`
	Attempt  int             `json:"attempt"` // how often it was tried
	Due      time.Time       `json:"due"`
}

// DeadLetter is an invocation that failed for the last time.
type DeadLetter struct {
	Delivery
	Queue  string    `json:"queue"` // as the template calls it
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// Sent is what a topic would have sent to somebody.
type Sent struct {
	ID       uint64    `json:"id"`
	Protocol string    `json:"protocol"` // email, sms
	To       string    `json:"to"`
	Subject  string    `json:"subject,omitempty"`
	Text     string    `json:"text"`
	AlertID  string    `json:"alertId"`
	At       time.Time `json:"at"`
}

// journal keeps what the runner must not lose: invocations under way, dead letters, timers and sent messages.
type journal struct {
	db *bbolt.DB

	mu      sync.Mutex
	pending []Delivery // not running, in no order; a copy of what is in the file
}

func openJournal(db *bbolt.DB) (*journal, error) {
	j := &journal{db: db}
	err := db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{deliveryBucket, deadBucket, timerBucket, outboxBucket, parkedBucket, stateBucket} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return each(tx, deliveryBucket, func(d Delivery) { j.pending = append(j.pending, d) })
	})
	if err != nil {
		return nil, fmt.Errorf("open the runner's journal: %w", err)
	}
	return j, nil
}

// each decodes every value of a bucket.
func each[T any](tx *bbolt.Tx, bucket []byte, visit func(T)) error {
	return tx.Bucket(bucket).ForEach(func(_, v []byte) error {
		var item T
		if err := json.Unmarshal(v, &item); err != nil {
			return err
		}
		visit(item)
		return nil
	})
}

func list[T any](j *journal, bucket []byte) (items []T, err error) {
	err = j.db.View(func(tx *bbolt.Tx) error {
		return each(tx, bucket, func(item T) { items = append(items, item) })
	})
	return items, err
}

func key(id uint64) []byte { return binary.BigEndian.AppendUint64(nil, id) }

func putJSON(tx *bbolt.Tx, bucket, key []byte, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return tx.Bucket(bucket).Put(key, b)
}

// add keeps new deliveries; they are durable when it returns.
func (j *journal) add(deliveries ...Delivery) error {
	err := j.db.Batch(func(tx *bbolt.Tx) error {
		for i := range deliveries {
			id, err := tx.Bucket(deliveryBucket).NextSequence()
			if err != nil {
				return err
			}
			deliveries[i].ID = id
			if err := putJSON(tx, deliveryBucket, key(id), deliveries[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.pending = append(j.pending, deliveries...)
	return nil
}

// take hands out a delivery that is due, the oldest of its function's that may run; it stays in the file until done.
func (j *journal) take(now time.Time, mayRun func(function string) bool) (Delivery, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i, d := range j.pending {
		if !d.Due.After(now) && mayRun(d.Function) {
			j.pending = append(j.pending[:i], j.pending[i+1:]...)
			return d, true
		}
	}
	return Delivery{}, false
}

// due reports whether a delivery waits that could run now.
func (j *journal) due(now time.Time) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, d := range j.pending {
		if !d.Due.After(now) {
			return true
		}
	}
	return false
}

func (j *journal) waiting() []Delivery {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]Delivery{}, j.pending...)
}

// done forgets a delivery that succeeded.
func (j *journal) done(d Delivery) error {
	return j.db.Batch(func(tx *bbolt.Tx) error { return tx.Bucket(deliveryBucket).Delete(key(d.ID)) })
}

// again keeps a delivery for another try.
func (j *journal) again(d Delivery) error {
	err := j.db.Batch(func(tx *bbolt.Tx) error { return putJSON(tx, deliveryBucket, key(d.ID), d) })
	j.mu.Lock()
	defer j.mu.Unlock()
	j.pending = append(j.pending, d)
	return err
}

// bury moves a delivery to the dead letters.
func (j *journal) bury(d DeadLetter) error {
	return j.db.Batch(func(tx *bbolt.Tx) error {
		if err := tx.Bucket(deliveryBucket).Delete(key(d.ID)); err != nil {
			return err
		}
		return putJSON(tx, deadBucket, key(d.ID), d)
	})
}

// redrive gives a dead letter back to its own function, from the beginning.
func (j *journal) redrive(id uint64, now time.Time) (found bool, err error) {
	var d DeadLetter
	err = j.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(deadBucket).Get(key(id))
		if found = b != nil; !found {
			return nil
		}
		if err := json.Unmarshal(b, &d); err != nil {
			return err
		}
		d.Attempt, d.Due = 0, now
		if err := tx.Bucket(deadBucket).Delete(key(id)); err != nil {
			return err
		}
		return putJSON(tx, deliveryBucket, key(id), d.Delivery)
	})
	if found && err == nil {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.pending = append(j.pending, d.Delivery)
	}
	return found, err
}

// setTimer keeps a timer; one of the same name stays.
func (j *journal) setTimer(t schedule.Timer) error {
	return j.db.Batch(func(tx *bbolt.Tx) error {
		if tx.Bucket(timerBucket).Get([]byte(t.Name)) != nil {
			return nil
		}
		return putJSON(tx, timerBucket, []byte(t.Name), t)
	})
}

func (j *journal) cancelTimer(name string) error {
	return j.db.Batch(func(tx *bbolt.Tx) error { return tx.Bucket(timerBucket).Delete([]byte(name)) })
}

// ring turns the timers that are due into deliveries, all in one commit: none fires twice or gets lost.
func (j *journal) ring(now time.Time) (n int, err error) {
	timers, err := list[schedule.Timer](j, timerBucket)
	if err != nil {
		return 0, err
	}
	var rung []Delivery
	err = j.db.Update(func(tx *bbolt.Tx) error {
		rung = nil
		for _, t := range timers {
			if t.At.After(now) || tx.Bucket(timerBucket).Get([]byte(t.Name)) == nil {
				continue
			}
			id, err := tx.Bucket(deliveryBucket).NextSequence()
			if err != nil {
				return err
			}
			d := Delivery{ID: id, Function: t.Target, What: t.Name, Payload: t.Payload, Due: t.At}
			if err := putJSON(tx, deliveryBucket, key(id), d); err != nil {
				return err
			}
			if err := tx.Bucket(timerBucket).Delete([]byte(t.Name)); err != nil {
				return err
			}
			rung = append(rung, d)
		}
		return nil
	})
	if err == nil {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.pending = append(j.pending, rung...)
	}
	return len(rung), err
}

// send keeps what a topic would have sent.
func (j *journal) send(messages ...Sent) error {
	return j.db.Batch(func(tx *bbolt.Tx) error {
		for _, m := range messages {
			id, err := tx.Bucket(outboxBucket).NextSequence()
			if err != nil {
				return err
			}
			m.ID = id
			if err := putJSON(tx, outboxBucket, key(id), m); err != nil {
				return err
			}
		}
		return nil
	})
}

// noteParked follows the events that listeners parked: they are rows of their organisations, and
// the runner shows those of all.
func (j *journal) noteParked(changes []Change) error {
	var parked []Change
	for _, c := range changes {
		if (c.New != nil && store.IsParked(c.New.Key)) || (c.Old != nil && store.IsParked(c.Old.Key)) {
			parked = append(parked, c)
		}
	}
	if len(parked) == 0 {
		return nil
	}
	return j.db.Batch(func(tx *bbolt.Tx) error {
		for _, c := range parked {
			var err error
			if c.New == nil {
				err = tx.Bucket(parkedBucket).Delete([]byte(c.Old.PK + "|" + c.Old.SK))
			} else {
				err = tx.Bucket(parkedBucket).Put([]byte(c.New.PK+"|"+c.New.SK), []byte(c.New.Doc))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// state keeps one small value: the stream's checkpoint, the issuer's key.
func (j *journal) state(name string) (value []byte) {
	j.db.View(func(tx *bbolt.Tx) error {
		value = append(value, tx.Bucket(stateBucket).Get([]byte(name))...)
		return nil
	})
	return value
}

func (j *journal) setState(name string, value []byte) error {
	return j.db.Batch(func(tx *bbolt.Tx) error { return tx.Bucket(stateBucket).Put([]byte(name), value) })
}
