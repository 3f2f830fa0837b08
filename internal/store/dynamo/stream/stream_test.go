package stream_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/store/dynamo/stream"
	"bellwether/internal/store/dynamotest"
)

// shard is a shard of the stream behind the server: its records are numbered from 1.
type shard struct {
	id, parent string
	records    int
	trimmed    int // how many of them are gone
	closed     bool
	gaps       int // reads that find nothing and move on all the same
}

// server answers for DynamoDB Streams over a few shards, one a page.
type server struct {
	*httptest.Server
	t       *testing.T
	shards  []*shard
	noTable bool
	expired bool // iterators are too old, once
}

func newServer(t *testing.T, shards ...*shard) *server {
	s := &server{t: t, shards: shards}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

type call struct {
	ExclusiveStartShardId, ShardId, ShardIteratorType, SequenceNumber, ShardIterator string
	Limit                                                                            int
}

func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	var in call
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		s.t.Error(err)
	}
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	out, refusal := s.answer(action, in)
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	if refusal != "" {
		w.WriteHeader(http.StatusBadRequest)
		out = map[string]any{"__type": "com.amazonaws.dynamodb.v20120810#" + refusal}
	}
	json.NewEncoder(w).Encode(out)
}

func (s *server) answer(action string, in call) (out map[string]any, refusal string) {
	switch action {
	case "DescribeTable":
		table := map[string]any{"TableName": "table"}
		if !s.noTable {
			table["LatestStreamArn"] = "arn:stream"
		}
		return map[string]any{"Table": table}, ""
	case "DescribeStream":
		return map[string]any{"StreamDescription": s.page(in.ExclusiveStartShardId)}, ""
	case "GetShardIterator":
		return s.iterator(in)
	}
	return s.read(in)
}

func (s *server) page(after string) map[string]any {
	i := 1 + slices.IndexFunc(s.shards, func(s *shard) bool { return s.id == after })
	described := map[string]any{"ShardId": s.shards[i].id}
	if s.shards[i].parent != "" {
		described["ParentShardId"] = s.shards[i].parent
	}
	page := map[string]any{"Shards": []any{described}}
	if i+1 < len(s.shards) {
		page["LastEvaluatedShardId"] = s.shards[i].id
	}
	return page
}

func (s *server) find(id string) *shard {
	return s.shards[slices.IndexFunc(s.shards, func(s *shard) bool { return s.id == id })]
}

func (s *server) iterator(in call) (map[string]any, string) {
	at, sh := 0, s.find(in.ShardId)
	if in.ShardIteratorType == "AFTER_SEQUENCE_NUMBER" {
		fmt.Sscan(in.SequenceNumber, &at)
		if at < sh.trimmed {
			return nil, "TrimmedDataAccessException"
		}
	}
	return map[string]any{"ShardIterator": fmt.Sprint(sh.id, " ", max(at, sh.trimmed), " ", 0)}, ""
}

func (s *server) read(in call) (map[string]any, string) {
	if s.expired {
		s.expired = false
		return nil, "ExpiredIteratorException"
	}
	var id string
	var at, gap int
	fmt.Sscan(in.ShardIterator, &id, &at, &gap)
	sh, records := s.find(id), []any{}
	if gap < sh.gaps {
		return map[string]any{"Records": records, "NextShardIterator": fmt.Sprint(id, " ", at, " ", gap+1)}, ""
	}
	for ; at < sh.records && len(records) < in.Limit; at++ {
		records = append(records, map[string]any{"dynamodb": map[string]any{
			"SequenceNumber": fmt.Sprint(at + 1), "ApproximateCreationDateTime": 1795000000,
			"NewImage": map[string]any{
				"PK": map[string]string{"S": id}, "SK": map[string]string{"S": fmt.Sprint(at + 1)}, "doc": map[string]string{"S": "{}"},
				"version": map[string]string{"N": "7"}, "expiresAt": map[string]string{"N": "1795000000"},
			},
		}})
	}
	out := map[string]any{"Records": records}
	if !sh.closed || at < sh.records {
		out["NextShardIterator"] = fmt.Sprint(id, " ", at, " ", gap)
	}
	return out, ""
}

// memory keeps checkpoints.
type memory map[string]string

func (m memory) Get(name string) string { return m[name] }
func (m memory) Set(name, value string) error {
	m[name] = value
	return nil
}

func (s *server) reader(kept memory) *stream.Reader {
	return stream.New(dynamotest.Config(s.URL, s.Client().Transport), "table", kept, time.Millisecond)
}

// drain reads until polls find nothing, committing all, and answers "shard sequence" in order.
func drain(t *testing.T, r *stream.Reader, polls int) (seen []string) {
	t.Helper()
	for quiet := 0; quiet < polls; {
		records, err := r.Read(t.Context(), 2)
		if err != nil {
			t.Fatal(err)
		}
		if quiet++; len(records) == 0 {
			continue
		}
		quiet = 0
		for _, rec := range records {
			seen = append(seen, rec.Shard+" "+rec.Sequence)
		}
		last := records[len(records)-1]
		if err := r.Commit(last.Shard, last.Sequence); err != nil {
			t.Fatal(err)
		}
	}
	return seen
}

func TestAChildIsReadAfterItsParent(t *testing.T) {
	s := newServer(t, &shard{id: "child", parent: "parent", records: 3}, &shard{id: "parent", parent: "gone", records: 3, closed: true})
	kept := memory{}
	r := s.reader(kept)
	want := "[parent 1 parent 2 parent 3 child 1 child 2 child 3]"
	if got := fmt.Sprint(drain(t, r, 3)); got != want {
		t.Errorf("read %s, want %s", got, want)
	}
	if want := (memory{"parent": "closed", "child": "3"}); !maps.Equal(kept, want) || !r.CaughtUp() {
		t.Errorf("checkpoints %v, want %v; caught up: %v", kept, want, r.CaughtUp())
	}
	s.find("child").records = 4
	if got := fmt.Sprint(drain(t, s.reader(kept), 3)); got != "[child 4]" {
		t.Errorf("after a restart it read %s", got)
	}
}

func TestABusyShardLeavesTurnsToOthers(t *testing.T) {
	s := newServer(t, &shard{id: "busy", records: 100}, &shard{id: "calm", records: 1})
	seen := drain(t, s.reader(memory{}), 1)
	if i := slices.Index(seen, "calm 1"); i < 0 || i > 4 || len(seen) != 101 {
		t.Errorf("the calm shard's record came as number %d of %d", i, len(seen))
	}
}

// What was read and not committed comes again; what was committed does not.
func TestOnlyWhatIsCommittedIsDone(t *testing.T) {
	r := newServer(t, &shard{id: "a", records: 3}).reader(memory{})
	read := func(limit int, want string) {
		t.Helper()
		records, err := r.Read(t.Context(), limit)
		var got []string
		for _, rec := range records {
			got = append(got, rec.Sequence)
		}
		if err != nil || fmt.Sprint(got) != want {
			t.Fatalf("read %v, %v, want %s", got, err, want)
		}
	}
	read(3, "[1 2 3]")
	read(3, "[1 2 3]")
	if err := r.Commit("a", "1"); err != nil {
		t.Fatal(err)
	}
	read(3, "[2 3]")
}

func TestGapsTrimmedRecordsAndOldIterators(t *testing.T) {
	s := newServer(t, &shard{id: "a", records: 5, trimmed: 3, gaps: 4})
	r := s.reader(memory{"a": "1"})
	if got := fmt.Sprint(drain(t, r, 6)); got != "[a 4 a 5]" {
		t.Errorf("behind what was trimmed it read %s", got)
	}
	s.find("a").records, s.expired = 6, true
	if _, err := r.Read(t.Context(), 2); err == nil {
		t.Fatal("an iterator that is too old was taken")
	}
	if got := fmt.Sprint(drain(t, r, 6)); got != "[a 6]" {
		t.Errorf("with a new iterator it read %s", got)
	}
}

func TestImages(t *testing.T) {
	records, err := newServer(t, &shard{id: "a", records: 1}).reader(memory{}).Read(t.Context(), 1)
	if err != nil || len(records) != 1 {
		t.Fatalf("%v, %v", records, err)
	}
	at := time.Unix(1795000000, 0).UTC()
	r := records[0]
	if r.Old != nil || r.New == nil || r.New.PK != "a" || r.New.SK != "1" || r.New.Version != 7 || r.New.Doc != "{}" ||
		!r.New.ExpiresAt.Equal(at) || !r.At.Equal(at) {
		t.Errorf("the record is %+v of %+v", r, r.New)
	}
}

func TestATableWithoutAStream(t *testing.T) {
	s := newServer(t)
	s.noTable = true
	_, err := s.reader(memory{}).Read(t.Context(), 1)
	if err == nil || !strings.Contains(err.Error(), "has no stream") || errors.Unwrap(err) != nil {
		t.Errorf("the error is %v", err)
	}
}
