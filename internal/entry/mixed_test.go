package entry_test

import (
	"context"
	"testing"
	"time"

	"bellwether/internal/entry"
	"bellwether/internal/event"
)

func TestMixed(t *testing.T) {
	var heard []string
	l := entry.NewListener("mixed", nil, time.Now, entry.On(func(_ context.Context, e event.Envelope[event.CampaignUpdated]) error {
		heard = append(heard, "event "+e.Data.CampaignID)
		return nil
	}))
	m := entry.NewMixed(l, entry.NewSchedule(func(_ context.Context, in struct{ OrgID string }) error {
		heard = append(heard, "timer "+in.OrgID)
		return nil
	}))
	for _, payload := range []string{
		`{"source":"bellwether","detail-type":"CampaignUpdated","detail":{"meta":{"id":"7d0f7f40-6d0c-5b9e-9d27-3c1f6a1d4e01","orgId":"7d0f7f40-6d0c-5b9e-9d27-3c1f6a1d4e02","type":"CampaignUpdated","version":1},"data":{"campaignId":"c"}}}`,
		`{"OrgID":"o"}`, `{}`,
	} {
		if _, err := m.Invoke(t.Context(), []byte(payload)); err != nil {
			t.Errorf("%s: %v", payload, err)
		}
	}
	if want := []string{"event c", "timer o", "timer "}; len(heard) != 3 || heard[0] != want[0] || heard[1] != want[1] || heard[2] != want[2] {
		t.Errorf("heard %q", heard)
	}
	if got := m.Types(); len(got) != 1 || got[0] != "CampaignUpdated" {
		t.Errorf("it listens to %v", got)
	}
}
