package produce

import (
	"context"
	"slices"
	"strconv"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/parallel"
	"bellwether/internal/store"
)

// job is one campaign's part of a page. make answers what to write for the campaign as it is now, ok
// false for nothing; it is asked again when somebody else changed the campaign. done is called once it
// is written, or nothing was to be.
type job struct {
	campaignID string // of a campaign that exists: two parts of one can't go into one transaction

	make func(context.Context) (part store.Ingest, ok bool, err error)
	done func(part store.Ingest)
}

// made is a job's part as it was made.
type made struct {
	job  job
	part store.Ingest
	ok   bool
}

const (
	// maxOps keeps a transaction below the table's limit of 100 writes.
	maxOps = 90
	// makeAtOnce is how many parts are made side by side, by reads mostly.
	makeAtOnce, readsAtOnce = 48, 8
)

// write writes the jobs of a page, as many in a transaction as fit: each transaction is one call,
// and all of them are under the fence. They go one after another: they share the fence, and
// transactions at the same time on one item refuse each other.
func (w *worker) write(ctx context.Context, page string, jobs []job) error {
	var batch []made
	size := 1
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := w.writeBatch(ctx, page, batch)
		batch, size = nil, 1
		return err
	}
	for chunk := range slices.Chunk(jobs, makeAtOnce) {
		parts, err := makeAll(ctx, chunk)
		if err != nil {
			return err
		}
		for _, m := range parts {
			if !m.ok {
				m.job.done(m.part)
				continue
			}
			twice := m.job.campaignID != "" && slices.ContainsFunc(batch, func(b made) bool { return b.job.campaignID == m.job.campaignID })
			if twice || size+m.part.Size() > maxOps {
				if err := flush(); err != nil {
					return err
				}
			}
			batch, size = append(batch, m), size+m.part.Size()
		}
	}
	return flush()
}

func makeAll(ctx context.Context, jobs []job) ([]made, error) {
	parts := make([]made, len(jobs))
	calls := make([]func(context.Context) error, len(jobs))
	for i, j := range jobs {
		calls[i] = func(ctx context.Context) (err error) {
			parts[i].job = j
			parts[i].part, parts[i].ok, err = j.make(ctx)
			return err
		}
	}
	return parts, parallel.UpTo(ctx, readsAtOnce, calls...)
}

// writeBatch writes parts in one transaction; after a conflict, one by one.
func (w *worker) writeBatch(ctx context.Context, page string, batch []made) error {
	parts := make([]store.Ingest, len(batch))
	for i, m := range batch {
		parts[i] = m.part
	}
	err := w.ingest(ctx, page, parts...)
	if fault.Is(err, fault.Conflict) {
		return w.writeSingly(ctx, page, batch)
	}
	if err != nil {
		return err
	}
	for _, m := range batch {
		m.job.done(m.part)
	}
	return nil
}

// writeSingly writes jobs one by one after a conflict, each for the campaign as it is by then.
func (w *worker) writeSingly(ctx context.Context, page string, batch []made) error {
	for _, m := range batch {
		if err := w.writeOne(ctx, page, m.job); err != nil {
			return err
		}
	}
	return nil
}

func (w *worker) writeOne(ctx context.Context, page string, j job) (err error) {
	for range tries {
		if err = w.refence(ctx); err != nil {
			return err
		}
		if err = w.reread(ctx); err != nil {
			return err
		}
		part, ok, makeErr := j.make(ctx)
		if makeErr != nil {
			return makeErr
		}
		if ok {
			err = w.ingest(ctx, page, part)
		}
		if err == nil {
			j.done(part)
			return nil
		}
		if !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return err
}

// reread takes the account as it is by now.
func (w *worker) reread(ctx context.Context) error {
	account, err := w.Accounts.Get(ctx, w.account.OrgID, w.account.ID)
	if err != nil {
		return err
	}
	if account.Status != integration.Connected {
		return errLeft
	}
	w.account = account.Renewed(w.account.GrantEnds)
	return nil
}

// ingest writes parts under the fence. The token names what is written, for the adapter's own repeats.
func (w *worker) ingest(ctx context.Context, page string, parts ...store.Ingest) error {
	names := []string{"ingest", w.sync.Run.ID, page, strconv.FormatInt(w.sync.Version, 10)}
	for _, p := range parts {
		names = append(names, p.Link.ExternalID, strconv.FormatInt(p.Out.Campaign.Version, 10))
	}
	return w.Accounts.Ingest(ctx, event.Derive(names...), w.account, w.sync, parts...)
}
