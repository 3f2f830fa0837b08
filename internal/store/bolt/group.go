package bolt

import (
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

// update runs apply in a transaction that others may share, and returns when it is durable.
func (g *group) update(apply func(*bbolt.Tx) error) error {
	c := &change{apply: apply}
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
	err := g.db.Update(func(tx *bbolt.Tx) error { return applyAll(tx, together) })
	for _, c := range together {
		// A failure leaves nothing done, and says little of the others: each goes alone then.
		if err != nil && !fault.Is(err, fault.Conflict) {
			c.err = g.db.Update(c.apply)
		}
		c.done = true
	}
}

// applyAll returns an error when the transaction must not be committed: for a failure, and
// when all found a conflict.
func applyAll(tx *bbolt.Tx, together []*change) error {
	conflicts := 0
	for _, c := range together {
		c.err = c.apply(tx)
		if fault.Is(c.err, fault.Conflict) {
			conflicts++
		} else if c.err != nil {
			return c.err
		}
	}
	if conflicts == len(together) {
		return together[0].err
	}
	return nil
}
