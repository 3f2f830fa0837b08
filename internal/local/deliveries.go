package local

import (
	"encoding/json"
	"time"

	"go.etcd.io/bbolt"
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

// add keeps new deliveries; they are durable when it returns.
func (j *journal) add(deliveries ...Delivery) error {
	err := j.file.Update(func(tx *bbolt.Tx) error { return putNew(tx, deliveries) })
	if err == nil {
		j.waiting.add(deliveries...)
	}
	return err
}

// putNew numbers the deliveries and files them.
func putNew(tx *bbolt.Tx, deliveries []Delivery) error {
	for i := range deliveries {
		id, err := tx.Bucket(deliveryBucket).NextSequence()
		if err != nil {
			return err
		}
		deliveries[i].ID = id
		if err := putJSON(tx, deliveryBucket, number(id), deliveries[i]); err != nil {
			return err
		}
	}
	return nil
}

// done forgets a delivery that succeeded.
func (j *journal) done(d Delivery) error {
	return j.file.Update(func(tx *bbolt.Tx) error { return tx.Bucket(deliveryBucket).Delete(number(d.ID)) })
}

// again keeps a delivery for another try. It is tried again even if that could not be noted.
func (j *journal) again(d Delivery) error {
	err := j.file.Update(func(tx *bbolt.Tx) error { return putJSON(tx, deliveryBucket, number(d.ID), d) })
	j.waiting.add(d)
	return err
}

// bury moves a delivery to the dead letters; one that has no number yet gets one.
func (j *journal) bury(d DeadLetter) error {
	return j.file.Update(func(tx *bbolt.Tx) (err error) {
		if d.ID == 0 {
			if d.ID, err = tx.Bucket(deliveryBucket).NextSequence(); err != nil {
				return err
			}
		}
		if err := tx.Bucket(deliveryBucket).Delete(number(d.ID)); err != nil {
			return err
		}
		return putJSON(tx, deadBucket, number(d.ID), d)
	})
}

// redrive gives a dead letter back to its own function, and to no other, from the beginning.
func (j *journal) redrive(id uint64, now time.Time) (found bool, err error) {
	var d DeadLetter
	err = j.file.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(deadBucket).Get(number(id))
		if found = b != nil; !found {
			return nil
		}
		if err := json.Unmarshal(b, &d); err != nil {
			return err
		}
		d.Attempt, d.Due = 0, now
		if err := tx.Bucket(deadBucket).Delete(number(id)); err != nil {
			return err
		}
		return putJSON(tx, deliveryBucket, number(id), d.Delivery)
	})
	if found && err == nil {
		j.waiting.add(d.Delivery)
	}
	return found, err
}
