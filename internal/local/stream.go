package local

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"sync/atomic"
	"time"

	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
)

const checkpointState = "stream.checkpoint"

// Change is one record of a table's stream.
type Change struct {
	Shard    string // "" where the stream has but one
	Sequence string
	New      *store.Item // nil: deleted
	Old      *store.Item
	At       time.Time
}

// Source is a table's stream.
type Source interface {
	// Read answers the next changes, and none when there are none.
	Read(ctx context.Context, limit int) ([]Change, error)
	// Commit notes that everything up to and including the change is done with.
	Commit(last Change) error
	// CaughtUp reports whether there is nothing left to read.
	CaughtUp() bool
	// Changed is closed when there may be more to read.
	Changed() <-chan struct{}
}

// pump hands the stream to the function that the template maps it to, as Lambda does.
type pump struct {
	system *System
	source Source
	quiet  atomic.Bool // the last read found nothing
}

func (p *pump) caughtUp() bool { return p.source.CaughtUp() }

// run pumps until ctx ends.
func (p *pump) run(ctx context.Context) {
	wait := time.Duration(0)
	for ctx.Err() == nil {
		changed := p.source.Changed()
		moved, err := p.round(ctx)
		switch {
		case err != nil:
			p.system.log("%s: %v", p.system.plan.stream.function, err)
			wait = min(max(2*wait, 100*time.Millisecond), 5*time.Second)
			if p.system.config.Pause(ctx, wait) != nil {
				return
			}
		case moved:
			wait = 0
		default:
			p.system.poke()
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}
}

// round reads one batch and hands it on; moved reports whether the checkpoint did.
func (p *pump) round(ctx context.Context) (moved bool, err error) {
	changes, err := p.source.Read(ctx, p.system.plan.stream.batch)
	if err != nil || len(changes) == 0 {
		return false, err
	}
	if err := p.system.journal.noteParked(changes); err != nil {
		return false, err
	}
	var batch []Change
	for _, c := range changes {
		if p.system.plan.stream.passes(c) {
			batch = append(batch, c)
		}
	}
	done, err := p.deliver(ctx, batch)
	if err == nil {
		return true, p.source.Commit(changes[len(changes)-1])
	}
	// What stands before the first failed record is done with.
	last := -1
	for i, c := range changes {
		if done < len(batch) && c.Sequence == batch[done].Sequence {
			break
		}
		last = i
	}
	if last >= 0 {
		if commit := p.source.Commit(changes[last]); commit != nil {
			return false, commit
		}
	}
	return last >= 0, err
}

// deliver invokes the function with the batch; done is how many records from the front it took.
func (p *pump) deliver(ctx context.Context, batch []Change) (done int, err error) {
	if len(batch) == 0 {
		return 0, nil
	}
	payload, err := streamPayload(batch)
	if err != nil {
		return 0, err
	}
	answer, err := p.system.invoke(ctx, p.system.plan.stream.function, payload)
	if err != nil {
		return 0, err
	}
	var partial struct {
		Failures []struct {
			Sequence string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(answer, &partial); err != nil || len(partial.Failures) == 0 {
		return len(batch), err
	}
	for i, c := range batch {
		if c.Sequence == partial.Failures[0].Sequence {
			return i, errPartial
		}
	}
	return 0, errPartial
}

// attribute values as DynamoDB writes them.
type attributes map[string]map[string]string

func image(i *store.Item) attributes {
	if i == nil {
		return nil
	}
	a := attributes{
		"PK": {"S": i.PK}, "SK": {"S": i.SK}, "doc": {"S": i.Doc},
		"version": {"N": strconv.FormatInt(i.Version, 10)}, "asOf": {"N": strconv.FormatInt(i.AsOf, 10)},
	}
	if i.Index.PK != "" {
		a["IPK"], a["ISK"] = map[string]string{"S": i.Index.PK}, map[string]string{"S": i.Index.SK}
	}
	if i.Events != "" {
		a["events"] = map[string]string{"S": i.Events}
	}
	if !i.ExpiresAt.IsZero() {
		a["expiresAt"] = map[string]string{"N": strconv.FormatInt(i.ExpiresAt.Unix(), 10)}
	}
	return a
}

// streamRecord is a change in the form in which Lambda gets it.
func streamRecord(c Change) map[string]any {
	key, name := c.New, "MODIFY"
	switch {
	case c.New == nil:
		key, name = c.Old, "REMOVE"
	case c.Old == nil:
		name = "INSERT"
	}
	data := map[string]any{
		"ApproximateCreationDateTime": float64(c.At.Unix()), "SequenceNumber": c.Sequence, "StreamViewType": "NEW_AND_OLD_IMAGES",
		"Keys": attributes{"PK": {"S": key.PK}, "SK": {"S": key.SK}}, "SizeBytes": key.Size(),
	}
	if c.New != nil {
		data["NewImage"] = image(c.New)
	}
	if c.Old != nil {
		data["OldImage"] = image(c.Old)
	}
	return map[string]any{
		"eventID": "local-" + c.Sequence, "eventName": name, "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "local",
		"eventSourceARN": "arn:aws:dynamodb:local:000000000000:table/bellwether/stream/local", "dynamodb": data,
	}
}

func streamPayload(batch []Change) ([]byte, error) {
	records := make([]map[string]any, len(batch))
	for i, c := range batch {
		records[i] = streamRecord(c)
	}
	return json.Marshal(map[string]any{"Records": records})
}

// boltSource is the stream of the embedded table.
type boltSource struct {
	table   *bolt.Table
	journal *journal
	at      uint64 // of the last committed change
}

func newBoltSource(table *bolt.Table, j *journal) *boltSource {
	s := &boltSource{table: table, journal: j}
	if b := j.state(checkpointState); len(b) == 8 {
		s.at = binary.BigEndian.Uint64(b)
	}
	return s
}

func (s *boltSource) Read(_ context.Context, limit int) ([]Change, error) {
	records, err := s.table.Records(atomic.LoadUint64(&s.at), limit)
	changes := make([]Change, len(records))
	for i, r := range records {
		changes[i] = Change{Sequence: strconv.FormatUint(r.Seq, 10), New: r.New, Old: r.Old, At: r.At}
	}
	return changes, err
}

func (s *boltSource) Commit(last Change) error {
	n, err := strconv.ParseUint(last.Sequence, 10, 64)
	if err != nil {
		return err
	}
	if err := s.journal.setState(checkpointState, key(n)); err != nil {
		return err
	}
	atomic.StoreUint64(&s.at, n)
	return s.table.Trim(n)
}

func (s *boltSource) CaughtUp() bool           { return s.table.Last() == atomic.LoadUint64(&s.at) }
func (s *boltSource) Changed() <-chan struct{} { return s.table.Changed() }
