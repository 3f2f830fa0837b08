package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/replay"
	"bellwether/internal/store"
)

func try(claimant string, at time.Time) replay.Claim {
	return replay.Claim{OrgID: orgID, PrincipalID: event.Derive("ada"), KeyHash: "hash", Fingerprint: "body", Claimant: claimant, At: at}
}

func TestARequestIsClaimedByOne(t *testing.T) {
	s := store.Requests{Table: openTable(t)}
	var held, running atomic.Int32
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			_, answer, err := s.Begin(t.Context(), try(string(rune('a'+i)), start))
			switch {
			case err == nil && answer == nil:
				held.Add(1)
			case fault.Is(err, fault.Conflict):
				running.Add(1)
			default:
				t.Errorf("answer %v, error %v", answer, err)
			}
		})
	}
	group.Wait()
	if held.Load() != 1 || running.Load() != 15 {
		t.Errorf("held by %d, refused to %d", held.Load(), running.Load())
	}
}

func TestARequestsLife(t *testing.T) {
	now := start
	s := store.Requests{Table: movedTable(t, &now)}
	begin := func(claimant string) (replay.Claim, *replay.Answer, error) {
		return s.Begin(t.Context(), try(claimant, now))
	}
	first, _, err := begin("a")
	if err != nil {
		t.Fatal(err)
	}
	now = start.Add(59 * time.Second)
	if _, _, err := begin("b"); !fault.Is(err, fault.Conflict) {
		t.Fatalf("while it runs: %v", err)
	}
	now = start.Add(replay.ClaimTimeout)
	second, answer, err := begin("c")
	if err != nil || answer != nil {
		t.Fatalf("once its process died: %v, error %v", answer, err)
	}
	if second.CauseID() != first.CauseID() {
		t.Error("two tries of one request have two causes")
	}
	// The first process was only slow: what it says no longer counts.
	if err := s.Finish(t.Context(), first, &replay.Answer{Status: 500}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := begin("d"); !fault.Is(err, fault.Conflict) {
		t.Fatalf("while the second runs: %v", err)
	}
	// A try that failed gives way at once.
	if err := s.Finish(t.Context(), second, nil); err != nil {
		t.Fatal(err)
	}
	third, answer, err := begin("e")
	if err != nil || answer != nil || third.CauseID() != first.CauseID() {
		t.Fatalf("after a failure: %v, error %v, cause %s", answer, err, third.CauseID())
	}
	want := replay.Answer{Status: 201, Header: map[string]string{"Etag": `"1"`}, Body: `{"id":1}`}
	if err := s.Finish(t.Context(), third, &want); err != nil {
		t.Fatal(err)
	}
	if _, answer, err := begin("f"); err != nil || answer == nil || answer.Status != 201 || answer.Body != want.Body || answer.Header["Etag"] != `"1"` {
		t.Fatalf("the answer %+v, error %v", answer, err)
	}
	other := try("g", now)
	other.Fingerprint = "another body"
	if _, _, err := s.Begin(t.Context(), other); !fault.Is(err, fault.Invalid) {
		t.Errorf("another body: %v", err)
	}
	now = start.Add(24 * time.Hour)
	fourth, answer, err := begin("h")
	if err != nil || answer != nil || fourth.CauseID() == first.CauseID() {
		t.Errorf("a day later: %v, error %v; it is another request", answer, err)
	}
}

func TestRequestsAreKeptApart(t *testing.T) {
	s := store.Requests{Table: openTable(t)}
	alone := try("d", start)
	alone.OrgID = ""
	org, principal, key := try("a", start), try("b", start), try("c", start)
	org.OrgID, principal.PrincipalID, key.KeyHash = event.Derive("other"), event.Derive("eve"), "other"
	seen := map[string]bool{}
	for _, c := range []replay.Claim{try("z", start), org, principal, key, alone} {
		held, answer, err := s.Begin(t.Context(), c)
		if err != nil || answer != nil || seen[held.CauseID()] {
			t.Errorf("claim %+v: %v, error %v", c, answer, err)
		}
		seen[held.CauseID()] = true
	}
}
