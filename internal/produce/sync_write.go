package produce

import (
	"context"
	"slices"
	"strconv"

	"bellwether/internal/event"
	"bellwether/internal/fault"
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

// maxOps keeps a transaction below the table's limit of 100 writes.
const maxOps = 90

// write writes the jobs of a page, as many in a transaction as fit: each transaction is one call,
// and all of them are under the fence. They go one after another: they share the fence, and
// transactions at the same time on one item refuse each other.
func (w *worker) write(ctx context.Context, page string, jobs []job) error {
	var batch []job
	var parts []store.Ingest
	size := 1
	flush := func() error {
		if len(parts) == 0 {
			return nil
		}
		err := w.ingest(ctx, page, parts...)
		if fault.Is(err, fault.Conflict) {
			err = w.writeSingly(ctx, page, batch)
		} else if err == nil {
			for i, j := range batch {
				j.done(parts[i])
			}
		}
		batch, parts, size = nil, nil, 1
		return err
	}
	for _, j := range jobs {
		if j.campaignID != "" && slices.ContainsFunc(batch, func(b job) bool { return b.campaignID == j.campaignID }) {
			if err := flush(); err != nil {
				return err
			}
		}
		part, ok, err := j.make(ctx)
		if err != nil {
			return err
		}
		if !ok {
			j.done(part)
			continue
		}
		if size+part.Size() > maxOps {
			if err := flush(); err != nil {
				return err
			}
		}
		batch, parts, size = append(batch, j), append(parts, part), size+part.Size()
	}
	return flush()
}

// writeSingly writes jobs one by one after a conflict, each for the campaign as it is by then.
func (w *worker) writeSingly(ctx context.Context, page string, jobs []job) error {
	for _, j := range jobs {
		if err := w.writeOne(ctx, page, j); err != nil {
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

// ingest writes parts under the fence. The token names what is written, for the adapter's own repeats.
func (w *worker) ingest(ctx context.Context, page string, parts ...store.Ingest) error {
	names := []string{"ingest", w.sync.Run.ID, page, strconv.FormatInt(w.sync.Version, 10)}
	for _, p := range parts {
		names = append(names, p.Link.ExternalID, strconv.FormatInt(p.Out.Campaign.Version, 10))
	}
	return w.Accounts.Ingest(ctx, event.Derive(names...), w.sync, parts...)
}
