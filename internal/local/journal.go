package local

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"bellwether/internal/store/bolt"
)

var (
	deliveryBucket = []byte("local.deliveries") // number -> Delivery
	deadBucket     = []byte("local.dead")       // number -> DeadLetter
	timerBucket    = []byte("local.timers")     // name -> schedule.Timer
	outboxBucket   = []byte("local.outbox")     // number -> Sent
	parkedBucket   = []byte("local.parked")     // PK|SK -> event.Parked
	stateBucket    = []byte("local.state")      // name -> one small value

	subscriptionBucket = []byte("local.subscriptions") // id -> Subscription
)

// journal keeps what the runner must not lose: invocations under way, dead letters, timers and sent
// messages. It stands in the file of the embedded table and shares its commits.
type journal struct {
	file    *bolt.Table
	waiting *queue
}

func openJournal(file *bolt.Table) (*journal, error) {
	j := &journal{file: file, waiting: newQueue()}
	err := file.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{deliveryBucket, deadBucket, timerBucket, outboxBucket, parkedBucket, stateBucket, subscriptionBucket} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open the runner's journal: %w", err)
	}
	deliveries, err := list[Delivery](j, deliveryBucket)
	if err != nil {
		return nil, fmt.Errorf("read the deliveries that were left: %w", err)
	}
	j.waiting.add(deliveries...)
	return j, nil
}

// list decodes every value of a bucket, in order of its keys. It is never nil.
func list[T any](j *journal, bucket []byte) ([]T, error) {
	items := []T{}
	err := j.file.DB().View(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucket).ForEach(func(_, v []byte) error {
			var item T
			if err := json.Unmarshal(v, &item); err != nil {
				return err
			}
			items = append(items, item)
			return nil
		})
	})
	return items, err
}

// number is a key that sorts as the number does.
func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func putJSON(tx *bbolt.Tx, bucket, key []byte, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return tx.Bucket(bucket).Put(key, b)
}

// state is one small value: a checkpoint, the issuer's key; nil before it was set.
func (j *journal) state(name string) (value []byte) {
	j.file.DB().View(func(tx *bbolt.Tx) error { // fails only once the file is closed
		value = append(value, tx.Bucket(stateBucket).Get([]byte(name))...)
		return nil
	})
	return value
}

func (j *journal) setState(name string, value []byte) error {
	return j.file.Update(func(tx *bbolt.Tx) error { return tx.Bucket(stateBucket).Put([]byte(name), value) })
}
