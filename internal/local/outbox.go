package local

import (
	"time"

	"go.etcd.io/bbolt"

	"bellwether/internal/store"
)

// Sent is what a topic would have sent to somebody.
type Sent struct {
	ID        uint64    `json:"id"`
	Protocol  string    `json:"protocol"` // email, sms
	To        string    `json:"to"`
	Recipient string    `json:"recipient,omitempty"` // of a person's own subscription
	Subject   string    `json:"subject,omitempty"`
	Text      string    `json:"text"`
	HTML      string    `json:"html,omitempty"` // of a person's mail: the same as a page
	AlertID   string    `json:"alertId"`
	Language  string    `json:"language,omitempty"`
	At        time.Time `json:"at"`
}

// send keeps what a topic would have sent.
func (j *journal) send(messages ...Sent) error {
	if len(messages) == 0 {
		return nil
	}
	return j.file.Update(func(tx *bbolt.Tx) error {
		for _, m := range messages {
			id, err := tx.Bucket(outboxBucket).NextSequence()
			if err != nil {
				return err
			}
			m.ID = id
			if err := putJSON(tx, outboxBucket, number(id), m); err != nil {
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
		if store.IsParked(c.key()) {
			parked = append(parked, c)
		}
	}
	if len(parked) == 0 {
		return nil
	}
	return j.file.Update(func(tx *bbolt.Tx) error {
		for _, c := range parked {
			place := []byte(c.key().PK + "|" + c.key().SK)
			err := tx.Bucket(parkedBucket).Delete(place)
			if err == nil && c.New != nil {
				err = tx.Bucket(parkedBucket).Put(place, []byte(c.New.Doc))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
