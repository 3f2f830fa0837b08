package integrations_test

import (
	"context"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/grant"
	"bellwether/internal/integration"
	"bellwether/internal/store"
)

// meddled lets a worker write the account's sync right before each of the first writes here.
type meddled struct {
	store.Integrations
	times int
}

func (m *meddled) meddle(ctx context.Context, s integration.Sync) error {
	if m.times == 0 || s.Version == 0 {
		return nil
	}
	m.times--
	next, err := m.Sync(ctx, s.OrgID, s.IntegrationID)
	if err != nil {
		return err
	}
	before := next
	next.Version++
	return m.PutSync(ctx, before, next)
}

func (m *meddled) Connect(ctx context.Context, token string, before integration.Integration, ch integration.Change, g grant.Record, was, sync integration.Sync) error {
	if err := m.meddle(ctx, was); err != nil {
		return err
	}
	return m.Integrations.Connect(ctx, token, before, ch, g, was, sync)
}

func (m *meddled) Settle(ctx context.Context, token string, was integration.Sync, before integration.Integration, out integration.Settled) error {
	if err := m.meddle(ctx, was); err != nil {
		return err
	}
	return m.Integrations.Settle(ctx, token, was, before, out)
}

// A worker that syncs the account meanwhile keeps nobody from connecting it again, or disconnecting it.
func TestWorkersInTheWay(t *testing.T) {
	w := newWorld(t)
	i := w.connect()
	meddler := &meddled{Integrations: w.store, times: 3}
	w.api.Integrations = meddler
	w.serve(nil)
	w.now = start.Add(time.Minute)
	if again := w.connect(); again.Id != i.Id || again.Version != 2 || meddler.times != 0 {
		t.Errorf("integration %+v, %d left", again, meddler.times)
	}
	w.wantToken(i.Id, "access-2")

	meddler.times = 3
	var out api.Integration
	w.do(ada, 200, &out, "POST", "/v1/integrations/"+i.Id+"/disconnect", "")
	if out.Status != "disconnecting" || meddler.times != 0 || len(w.events("IntegrationDisconnected")) != 1 {
		t.Errorf("integration %+v, %d left", out, meddler.times)
	}
}

// Who is always in the way makes a conflict, and nothing is half done.
func TestWorkersAlwaysInTheWay(t *testing.T) {
	w := newWorld(t)
	i := w.connect()
	w.api.Integrations = &meddled{Integrations: w.store, times: 100}
	w.serve(nil)
	w.do(ada, 409, nil, "POST", "/v1/integrations/"+i.Id+"/disconnect", "")
	c, state := w.begin("/v1/integrations", `{"platform":"meta"}`)
	w.finish(state)
	if c = w.read(c.Id); c.Status != "failed" {
		t.Errorf("connection %+v", c)
	}
	var now api.Integration
	if w.do(ada, 200, &now, "GET", "/v1/integrations/"+i.Id, ""); now.Version != i.Version {
		t.Errorf("integration %+v", now)
	}
	w.wantToken(i.Id, "access-1")
}
