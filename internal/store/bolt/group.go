package bolt

import (
	"errors"
	"sync"

	"go.etcd.io/bbolt"

	"bellwether/internal/fault"
)

// group lets writers that arrive during a commit share the next one, and so one wait for the disk.
// A writer that is alone waits for nobody.
type group struct {
	db *bbolt.DB

	mu      sync.Mutex // guards waiting
	waiting []*change

	committing sync.Mutex // held by the one that commits; guards the changes' results
}

// change is one writer's part. apply finds a conflict before it changes anything.
type change struct {
	apply func(*bbolt.Tx) error
	done  bool
	err   error
}

// errAbandoned is what the others of a commit get when one of them panics.
var errAbandoned = errors.New("the commit was abandoned")

// update runs apply in a transaction that others may share, and returns when it is durable.
func (g *group) update(apply func(*bbolt.Tx) error) error {
	c := &change{apply: apply, err: errAbandoned}
	g.mu.Lock()
	g.waiting = append(g.waiting, c)
	g.mu.Unlock()

	g.committing.Lock()
	defer g.committing.Unlock()
	if !c.done {
		g.mu.Lock()
		together := g.waiting
		g.waiting = nil
		g.mu.Unlock()
		g.commit(together)
	}
	return c.err
}

func (g *group) commit(together []*change) {
	defer func() {
		for _, c := range together {
			c.done = true
		}
	}()
	results := make([]error, len(together))
	err := g.db.Update(func(tx *bbolt.Tx) error { return applyAll(tx, together, results) })
	for i, c := range together {
		c.err = results[i]
		// A failure leaves nothing done, and says little of the others: each goes alone then.
		if err != nil && !fault.Is(err, fault.Conflict) {
			c.err = g.db.Update(c.apply)
		}
	}
}

// applyAll returns an error when the transaction must not be committed: for a failure, and
// when all found a conflict.
func applyAll(tx *bbolt.Tx, together []*change, results []error) error {
	conflicts := 0
	for i, c := range together {
		results[i] = c.apply(tx)
		if fault.Is(results[i], fault.Conflict) {
			conflicts++
		} else if results[i] != nil {
			return results[i]
		}
	}
	if conflicts == len(together) {
		return results[0]
	}
	return nil
}
