package incident_test

import (
	"testing"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/incident"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
)

var meta = event.Meta{ID: "e1", OccurredAt: time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)}

func TestSignalsOfAnAccount(t *testing.T) {
	failing := integration.Health{Failures: 4, Class: platform.ClassTransient, StaleTold: true}
	tests := []struct {
		name                string
		status              integration.Status
		health              integration.Health
		sync, access, stale bool // wrong
	}{
		{"well", integration.Connected, integration.Health{}, false, false, false},
		{"an attempt failed", integration.Connected, integration.Health{Class: platform.ClassTransient}, false, false, false},
		{"failing", integration.Connected, failing, true, false, true},
		{"old data alone", integration.Connected, integration.Health{StaleTold: true}, false, false, true},
		{"lost", integration.NeedsReconnect, failing, false, true, false},
		{"a person's end", integration.Disconnecting, failing, false, false, false},
		{"ended", integration.Disconnected, failing, false, false, false},
	}
	for _, tt := range tests {
		i := integration.Integration{ID: "i", Status: tt.status, Reason: "token_revoked", Health: tt.health, Version: 7}
		for key, c := range map[string]struct {
			got   incident.Signal
			wrong bool
		}{
			"integration:i:sync": {incident.Sync(i, meta), tt.sync}, "integration:i:auth": {incident.Access(i, meta), tt.access},
			"integration:i:stale": {incident.Freshness(i, meta), tt.stale},
		} {
			if s := c.got; s.Key != key || s.Resolved == c.wrong || s.Version != 7 || s.EventID != "e1" || !s.At.Equal(meta.OccurredAt) {
				t.Errorf("%s: %+v", tt.name, s)
			}
		}
	}
	i := integration.Integration{ID: "i", Status: integration.Connected, Reason: "token_revoked", Health: failing}
	if s := incident.Sync(i, meta); s.Class != "transient" || s.Count != 4 {
		t.Errorf("%+v", s)
	}
	if s := incident.Access(i, meta); s.Class != "token_revoked" {
		t.Errorf("%+v", s)
	}
}

func TestRefusedPause(t *testing.T) {
	placement := func(want platform.Switch, state campaign.ControlState, refusals int) campaign.Placement {
		return campaign.Placement{
			ID: "p", IntegrationID: "i", ExternalID: "1",
			Control: campaign.Control{Want: want, State: state, Class: platform.ClassInvalid, Refusals: refusals},
		}
	}
	paused := campaign.Campaign{ID: "c", Lifecycle: campaign.Active, PauseReasons: []string{"human"}, Version: 3}
	running := campaign.Campaign{ID: "c", Lifecycle: campaign.Active, Version: 3}
	gone := placement(platform.Off, campaign.ControlFailed, 1)
	gone.Remote.Gone = true
	tests := []struct {
		name  string
		c     campaign.Campaign
		p     campaign.Placement
		wrong bool
	}{
		{"refused", paused, placement(platform.Off, campaign.ControlFailed, 2), true},
		{"tried again", paused, placement(platform.Off, campaign.ControlPending, 1), true},
		{"tried for the first time", paused, placement(platform.Off, campaign.ControlPending, 0), false},
		{"obeyed", paused, placement(platform.Off, campaign.ControlConfirmed, 0), false},
		{"out of reach", paused, placement(platform.Off, campaign.ControlUnknown, 0), false},
		{"resumed since", running, placement(platform.Off, campaign.ControlFailed, 1), false},
		{"a start was refused", running, placement(platform.On, campaign.ControlFailed, 1), false},
		{"deleted there", paused, gone, false},
	}
	for _, tt := range tests {
		well := placement(platform.Off, campaign.ControlConfirmed, 0)
		tt.c.Placements = []campaign.Placement{well, tt.p}
		s := incident.Pause(tt.c, meta)
		if s.Resolved == tt.wrong || s.Key != "campaign:c:pause_failed" || s.Version != 3 {
			t.Errorf("%s: %+v", tt.name, s)
		}
		if tt.wrong && (s.Class != "invalid_request" || s.Count != tt.p.Control.Refusals) {
			t.Errorf("%s: %+v", tt.name, s)
		}
	}
}
