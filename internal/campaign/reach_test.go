package campaign_test

import (
	"slices"
	"testing"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/platform"
)

// One account of two takes its placement along; the other account's is left alone, and runs on.
func TestOneAccountOfTwoIsLost(t *testing.T) {
	s := settledOn(t)
	other := s.is(1)
	told := s.does(s.c.Disconnect(metaAccount, true, false, edge(noon(2))))
	if !s.is(0).Lost || s.is(1) != other || s.c.Status() != campaign.Active || len(s.c.PauseReasons) != 0 {
		t.Errorf("%+v, %s for %v", s.c.Placements, s.c.Status(), s.c.PauseReasons)
	}
	if left := s.c.Unsettled(); !slices.Equal(told, []string{"CampaignUpdated", "CampaignStatusDrifted"}) || len(left) != 1 || left[0].ID != s.is(0).ID {
		t.Errorf("told %v, to be driven %+v", told, left)
	}
	version := s.c.Version
	if told := s.does(s.c.Disconnect(metaAccount, true, false, edge(noon(3)))); told != nil || s.c.Version != version {
		t.Errorf("again: told %v, version %d after %d", told, s.c.Version, version)
	}
}

// Without any account in reach the campaign is paused for that. What its placements do is known only
// where they can still be paused.
func TestAllAccountsAreLost(t *testing.T) {
	for name, tt := range map[string]struct {
		reachable, keep bool
		state           campaign.ControlState
		driven          int
	}{
		"a person disconnects":             {true, false, campaign.ControlConfirmed, 2},
		"a person wants them to run on":    {true, true, campaign.ControlUnknown, 0},
		"the grant is gone":                {false, false, campaign.ControlUnknown, 0},
		"the grant is gone, and no matter": {false, true, campaign.ControlUnknown, 0},
	} {
		s := settledOn(t)
		s.does(s.c.Disconnect(metaAccount, tt.reachable, tt.keep, edge(noon(2))))
		ch, err := s.c.Disconnect(googleAccount, tt.reachable, tt.keep, edge(noon(2)))
		s.does(ch, err)
		if !slices.Equal(s.c.PauseReasons, []string{campaign.ReasonDisconnected}) || reason(t, ch) != campaign.BecauseDisconnected {
			t.Errorf("%s: %v for %q", name, s.c.PauseReasons, reason(t, ch))
		}
		if got := s.is(0).Control.State; got != tt.state || len(s.c.Unsettled()) != tt.driven {
			t.Errorf("%s: %s, %d to be driven", name, got, len(s.c.Unsettled()))
		}
	}
}

// A campaign that has no placement there, and one that has ended, are not touched.
func TestLostAccountsOfOthers(t *testing.T) {
	ended := settledOn(t)
	ended.does(ended.c.Archive(edge(noon(2))))
	ended.drive(noon(2))
	elsewhere := newSteered(t, spec())
	draft := linkedSpec()
	draft.Activate = false
	for name, tt := range map[string]struct {
		s    *steered
		lost bool
	}{"archived": {ended, false}, "elsewhere": {elsewhere, false}, "draft": {newSteered(t, draft), true}} {
		for _, account := range []string{metaAccount, googleAccount} {
			version := tt.s.c.Version
			tt.s.does(tt.s.c.Disconnect(account, true, false, edge(noon(3))))
			if (tt.s.c.Version != version) != tt.lost || len(tt.s.c.PauseReasons) != 0 || tt.s.is(0).Lost != tt.lost {
				t.Errorf("%s: version %d after %d, %v, %+v", name, tt.s.c.Version, version, tt.s.c.PauseReasons, tt.s.is(0))
			}
		}
	}
	if told := elsewhere.does(elsewhere.c.Reconnect(metaAccount, edge(noon(4)))); told != nil {
		t.Errorf("another account came back: told %v", told)
	}
}

// An account that comes back takes the reason away. What we paused is started; what a person did in
// between is respected.
func TestAnAccountComesBack(t *testing.T) {
	for name, tt := range map[string]struct {
		reachable bool
		then      platform.Status // as the first sync finds it
		status    campaign.Status
		driven    bool
	}{
		"we had paused it, and it still is":  {true, platform.StatusPaused, campaign.Active, true},
		"nobody touched it":                  {false, platform.StatusActive, campaign.Active, false},
		"a person paused it in the meantime": {false, platform.StatusPaused, campaign.Paused, false},
	} {
		one := linkedSpec()
		one.Placements = one.Placements[:1]
		s := newSteered(t, one)
		s.drive(noon(1))
		s.observe(0, platform.StatusActive, noon(1).Add(time.Hour))
		s.does(s.c.Disconnect(metaAccount, tt.reachable, false, edge(noon(2))))
		if tt.reachable {
			s.drive(noon(2))
		}
		ch, err := s.c.Reconnect(metaAccount, edge(noon(3)))
		s.does(ch, err)
		if s.is(0).Lost || len(s.c.PauseReasons) != 0 || reason(t, ch) != campaign.BecauseReconnected {
			t.Errorf("%s: %+v, %v for %q", name, s.is(0), s.c.PauseReasons, reason(t, ch))
		}
		s.observe(0, tt.then, noon(4))
		if s.c.Status() != tt.status || len(s.c.Unsettled()) == 1 != tt.driven {
			t.Errorf("%s: %s, %d to be driven", name, s.c.Status(), len(s.c.Unsettled()))
		}
	}
}

// What nobody ever saw there is driven as soon as its account is back.
func TestAnAccountComesBackUnseen(t *testing.T) {
	s := newSteered(t, linkedSpec())
	s.does(s.c.Disconnect(metaAccount, false, false, edge(noon(2))))
	s.does(s.c.Reconnect(metaAccount, edge(noon(3))))
	if left := s.c.Unsettled(); len(left) != 2 {
		t.Errorf("to be driven: %+v", left)
	}
}

// An account that comes back brings its own placements, and no other account's.
func TestAnAccountComesBackAlone(t *testing.T) {
	s := settledOn(t)
	for _, account := range []string{metaAccount, googleAccount} {
		s.does(s.c.Disconnect(account, false, false, edge(noon(2))))
	}
	s.does(s.c.Reconnect(metaAccount, edge(noon(3))))
	if s.is(0).Lost || !s.is(1).Lost || s.c.Status() != campaign.Active {
		t.Errorf("%+v, %s", s.c.Placements, s.c.Status())
	}
}

// A pause of a person outlasts the account's absence.
func TestAHumansPauseOutlastsTheAccount(t *testing.T) {
	s := settledOn(t)
	s.does(s.c.Pause("", edge(noon(2))))
	s.drive(noon(2))
	for _, account := range []string{metaAccount, googleAccount} {
		s.does(s.c.Disconnect(account, false, false, edge(noon(3))))
	}
	for _, account := range []string{metaAccount, googleAccount} {
		s.does(s.c.Reconnect(account, edge(noon(4))))
	}
	if !slices.Equal(s.c.PauseReasons, []string{campaign.ReasonHuman}) || len(s.c.Unsettled()) != 0 {
		t.Errorf("%v, %d to be driven", s.c.PauseReasons, len(s.c.Unsettled()))
	}
}

// A grant that works for a last time is used for what could not be reached before.
func TestTheGrantWorksForALastTime(t *testing.T) {
	s := settledOn(t)
	id := s.is(0).ID
	s.does(s.c.Pause("", edge(noon(2))))
	s.does(s.c.Intend(id, "driver", edge(noon(2))))
	s.does(s.c.OutOfReach(id, "driver", edge(noon(2))))
	s.does(s.c.Disconnect(metaAccount, true, false, edge(noon(3))))
	if s.c.Settled(s.is(0)) {
		t.Errorf("it runs on: %+v", s.is(0))
	}
}
