package local

import (
	"cmp"
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"
)

// Firing is when a schedule fires next.
type Firing struct {
	Function string    `json:"function"`
	Name     string    `json:"name"`
	Every    string    `json:"every"`
	Next     time.Time `json:"next"`
}

// state is the name under which the last firing is kept.
func (p schedulePlan) state() []byte { return []byte("schedule." + p.function + "." + p.name) }

// next is when the schedule fires after the moment that is kept.
func (p schedulePlan) next(tx *bbolt.Tx) (time.Time, bool) {
	last, err := time.Parse(time.RFC3339Nano, string(tx.Bucket(stateBucket).Get(p.state())))
	return last.Add(p.every), err == nil
}

// fire turns the schedules that are due into deliveries, with the note of the firing in one commit: none
// fires twice for one tick. Ticks that were missed while the machine slept are made good by one. A
// schedule that is new here fires after its first interval. It costs no write while nothing is due.
func (j *journal) fire(schedules []schedulePlan, now time.Time) error {
	due := false
	err := j.file.DB().View(func(tx *bbolt.Tx) error {
		for _, p := range schedules {
			next, known := p.next(tx)
			due = due || !known || !next.After(now)
		}
		return nil
	})
	if err != nil || !due {
		return err
	}
	var fired []Delivery
	err = j.file.Update(func(tx *bbolt.Tx) error {
		fired = nil
		for _, p := range schedules {
			next, known := p.next(tx)
			if known && next.After(now) {
				continue
			}
			if known {
				fired = append(fired, Delivery{Function: p.function, What: p.name, Payload: json.RawMessage(cmp.Or(p.input, "{}")), Due: now})
			}
			if err := tx.Bucket(stateBucket).Put(p.state(), []byte(now.UTC().Format(time.RFC3339Nano))); err != nil {
				return err
			}
		}
		return putNew(tx, fired)
	})
	if err == nil {
		j.waiting.add(fired...)
	}
	return err
}

// firings are when the schedules fire next.
func (s *System) firings() []Firing {
	list := []Firing{}
	_ = s.db.DB().View(func(tx *bbolt.Tx) error { // fails only once the file is closed
		for _, p := range s.plan.schedules {
			next, _ := p.next(tx)
			list = append(list, Firing{p.function, p.name, p.every.String(), next.UTC()})
		}
		return nil
	})
	return list
}
