package local

import (
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"

	"bellwether/internal/schedule"
)

// setTimer keeps a timer; one of the same name stays.
func (j *journal) setTimer(t schedule.Timer) error {
	return j.file.Update(func(tx *bbolt.Tx) error {
		if tx.Bucket(timerBucket).Get([]byte(t.Name)) != nil {
			return nil
		}
		return putJSON(tx, timerBucket, []byte(t.Name), t)
	})
}

func (j *journal) cancelTimer(name string) error {
	return j.file.Update(func(tx *bbolt.Tx) error { return tx.Bucket(timerBucket).Delete([]byte(name)) })
}

// ring turns the timers that are due into deliveries, all in one commit: none fires twice or gets
// lost. It costs no write while nothing is due.
func (j *journal) ring(now time.Time) error {
	var rung []Delivery
	err := j.file.DB().View(func(tx *bbolt.Tx) (err error) {
		rung, err = dueTimers(tx, now)
		return err
	})
	if err != nil || len(rung) == 0 {
		return err
	}
	err = j.file.Update(func(tx *bbolt.Tx) (err error) {
		if rung, err = dueTimers(tx, now); err != nil {
			return err
		}
		for _, d := range rung {
			if err := tx.Bucket(timerBucket).Delete([]byte(d.What)); err != nil {
				return err
			}
		}
		return putNew(tx, rung)
	})
	if err == nil {
		j.waiting.add(rung...)
	}
	return err
}

// dueTimers are the timers that are due, as the deliveries that they become.
func dueTimers(tx *bbolt.Tx, now time.Time) (due []Delivery, err error) {
	err = tx.Bucket(timerBucket).ForEach(func(_, v []byte) error {
		var t schedule.Timer
		if err := json.Unmarshal(v, &t); err != nil {
			return err
		}
		if !t.At.After(now) {
			due = append(due, Delivery{Function: t.Target, What: t.Name, Payload: t.Payload, Due: t.At})
		}
		return nil
	})
	return due, err
}
