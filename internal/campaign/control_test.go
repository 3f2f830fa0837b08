package campaign_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/platform"
)

const (
	metaAccount   = "0198f1c2-8d20-7c32-8d50-6e3f4a5b6c7d"
	googleAccount = "0198f1c2-8d20-7c32-8d50-6e3f4a5b6c7e"
)

// linkedSpec is a campaign on two accounts.
func linkedSpec() campaign.Spec {
	s := spec()
	s.Placements = []campaign.PlacementSpec{
		{Platform: "meta", IntegrationID: metaAccount, ExternalID: "77", Name: "Meta"},
		{Platform: "google", IntegrationID: googleAccount, ExternalID: "88", Name: "Google"},
	}
	return s
}

// steered is a campaign with what its changes told.
type steered struct {
	t    *testing.T
	c    campaign.Campaign
	told []string
}

func newSteered(t *testing.T, s campaign.Spec) *steered { return &steered{t: t, c: create(t, s)} }

// does takes the change, and answers what it told.
func (s *steered) does(ch campaign.Change, err error) []string {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	var told []string
	for _, e := range ch.Events {
		told = append(told, e.Meta.Type)
	}
	if ch.Campaign.Version == s.c.Version && len(told) > 0 {
		s.t.Fatalf("it told %v without a new version", told)
	}
	s.c, s.told = ch.Campaign, append(s.told, told...)
	return told
}

// is the placement's n'th.
func (s *steered) is(n int) campaign.Placement { return s.c.Placements[n] }

// drive brings all placements to what is wanted of them.
func (s *steered) drive(at time.Time) {
	s.t.Helper()
	for _, p := range s.c.Unsettled() {
		want, _ := s.c.Wants(p)
		status := platform.StatusPaused
		if want == platform.On {
			status = platform.StatusActive
		}
		s.does(s.c.Intend(p.ID, "driver", edge(at)))
		s.does(s.c.Confirm(p.ID, "driver", want, campaign.Remote{Status: status, SeenAt: at}, edge(at)))
	}
	if left := s.c.Unsettled(); len(left) != 0 {
		s.t.Fatalf("not settled: %+v", left)
	}
}

func refusal() *platform.Error {
	return &platform.Error{Platform: "meta", Op: "set_status", Class: platform.ClassInvalid, Message: "no"}
}

func TestWhatIsWantedOfAPlacement(t *testing.T) {
	for _, tt := range []struct {
		given string
		do    func(*campaign.Campaign)
		want  platform.Switch // "": nothing
	}{
		{"it runs", func(*campaign.Campaign) {}, platform.On},
		{"it is a draft", func(c *campaign.Campaign) { c.Lifecycle = campaign.Draft }, ""},
		{"it has a reason to pause", func(c *campaign.Campaign) { c.PauseReasons = []string{campaign.ReasonBudget} }, platform.Off},
		{"it is archived", func(c *campaign.Campaign) { c.Lifecycle = campaign.Archived }, platform.Off},
		{"a person stopped it there", func(c *campaign.Campaign) { c.Placements[0].Held = true }, platform.Off},
		{"its account is lost", func(c *campaign.Campaign) { c.Placements[0].Lost = true }, platform.Off},
		{"it is gone there", func(c *campaign.Campaign) { c.Placements[0].Remote.Gone = true }, ""},
		{"it has no account", func(c *campaign.Campaign) { c.Placements[0].IntegrationID = "" }, ""},
		{"it is not at the platform yet", func(c *campaign.Campaign) { c.Placements[0].ExternalID = "" }, ""},
	} {
		c := create(t, linkedSpec())
		tt.do(&c)
		if got, ok := c.Wants(c.Placements[0]); got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: wants %q, %v", tt.given, got, ok)
		}
		if settled := c.Settled(c.Placements[0]); settled != (tt.want == "") {
			t.Errorf("%s: settled %v before anybody drove it", tt.given, settled)
		}
	}
}

// One drives at a time; another one waits until the first is done, or had its time.
func TestOneDrivesAtATime(t *testing.T) {
	s := newSteered(t, linkedSpec())
	id := s.is(0).ID
	s.does(s.c.Intend(id, "first", edge(noon(1))))
	_, err := s.c.Intend(id, "second", edge(noon(1).Add(campaign.DriveTime-time.Second)))
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind != fault.Retryable || f.RetryAfter != time.Second {
		t.Errorf("two at once: %v", err)
	}
	s.does(s.c.Intend(id, "first", edge(noon(1).Add(time.Second)))) // a repeat of its own
	s.does(s.c.Intend(id, "second", edge(noon(1).Add(time.Second+campaign.DriveTime))))

	overtaken := map[string]func() (campaign.Change, error){
		"confirm": func() (campaign.Change, error) {
			return s.c.Confirm(id, "first", platform.On, campaign.Remote{Status: platform.StatusActive}, edge(noon(2)))
		},
		"refuse": func() (campaign.Change, error) {
			return s.c.Refuse(id, "first", platform.On, refusal(), edge(noon(2)))
		},
		"out of reach": func() (campaign.Change, error) { return s.c.OutOfReach(id, "first", edge(noon(2))) },
		"let go":       func() (campaign.Change, error) { return s.c.LetGo(id, "first", edge(noon(2))) },
	}
	for name, say := range overtaken {
		ch, err := say()
		if err != nil || ch.Campaign.Version != s.c.Version || len(ch.Events) != 0 {
			t.Errorf("%s by the one that was overtaken: version %d, %d events, error %v", name, ch.Campaign.Version, len(ch.Events), err)
		}
	}

	told := s.does(s.c.Confirm(id, "second", platform.On, campaign.Remote{Status: platform.StatusActive}, edge(noon(2))))
	if p := s.is(0); !s.c.Settled(p) || !s.c.NeedsLook(p) || p.Remote.Status != platform.StatusActive || p.Control.Holder != "" {
		t.Errorf("confirmed: %+v", p)
	}
	if !slices.Equal(told, []string{"CampaignStatusConfirmed"}) {
		t.Errorf("told %v", told)
	}
}

// What was let go is free at once, and still has to be done.
func TestLetGo(t *testing.T) {
	s := newSteered(t, linkedSpec())
	id := s.is(0).ID
	s.does(s.c.Intend(id, "first", edge(noon(1))))
	if told := s.does(s.c.LetGo(id, "first", edge(noon(1)))); told != nil || s.c.Settled(s.is(0)) {
		t.Errorf("told %v, settled %v", told, s.c.Settled(s.is(0)))
	}
	s.does(s.c.Intend(id, "second", edge(noon(1))))
	if got := s.is(0).Control.Holder; got != "second" {
		t.Errorf("held by %q", got)
	}
}

// A wish that changed on the way is driven on by the same holder; a pause that was taken back before
// anybody drove it is never sent.
func TestAWishThatChanges(t *testing.T) {
	s := newSteered(t, linkedSpec())
	id := s.is(0).ID
	s.does(s.c.Intend(id, "driver", edge(noon(1))))
	s.does(s.c.Pause("", edge(noon(1))))
	s.does(s.c.Confirm(id, "driver", platform.On, campaign.Remote{Status: platform.StatusActive}, edge(noon(1))))
	if p := s.is(0); s.c.Settled(p) || p.Control.Holder != "driver" {
		t.Errorf("paused on the way: %+v", p.Control)
	}
	if _, err := s.c.Intend(id, "another", edge(noon(1))); !fault.Is(err, fault.Retryable) {
		t.Errorf("another one took it: %v", err)
	}
	s.does(s.c.Intend(id, "driver", edge(noon(1))))
	if got := s.is(0).Control.Want; got != platform.Off {
		t.Errorf("the pause is not sent: %q", got)
	}
	s.does(s.c.LetGo(id, "driver", edge(noon(1)))) // the platform was unwell
	s.does(s.c.Resume(edge(noon(1))))
	s.does(s.c.Intend(id, "driver", edge(noon(1))))
	if got := s.is(0).Control.Want; got != platform.On {
		t.Errorf("an outdated pause is sent: %q", got)
	}
}

// A refusal is told once for each wish, however often it is tried.
func TestARefusalIsToldOnceForEachWish(t *testing.T) {
	s := newSteered(t, linkedSpec())
	id := s.is(0).ID
	refuse := func() int {
		t.Helper()
		s.does(s.c.Intend(id, "driver", edge(noon(1))))
		want := s.is(0).Control.Want
		return len(s.does(s.c.Refuse(id, "driver", want, refusal(), edge(noon(1)))))
	}
	for n, want := range []int{1, 0, 0} {
		if got := refuse(); got != want {
			t.Errorf("refusal %d was told %d times", n+1, got)
		}
	}
	p := s.is(0)
	if p.Control.State != campaign.ControlFailed || p.Control.Refusals != 3 || p.Control.Class != platform.ClassInvalid || s.c.Settled(p) {
		t.Errorf("refused: %+v", p.Control)
	}
	s.does(s.c.Pause("", edge(noon(1))))
	if got := refuse(); got != 1 {
		t.Errorf("the refusal of another wish was told %d times", got)
	}
	if want := []string{"CampaignStatusRefused", "CampaignStatusChanged", "CampaignStatusRefused"}; !slices.Equal(s.told, want) {
		t.Errorf("told %v", s.told)
	}
}

// What can't be reached is driven as soon as that goes again, but not while its account is lost.
func TestOutOfReachAtTheDrive(t *testing.T) {
	s := newSteered(t, linkedSpec())
	id := s.is(0).ID
	s.does(s.c.Intend(id, "driver", edge(noon(1))))
	s.does(s.c.OutOfReach(id, "driver", edge(noon(1))))
	if p := s.is(0); p.Control.State != campaign.ControlUnknown || s.c.Settled(p) {
		t.Errorf("out of reach: %+v", p.Control)
	}
	s.does(s.c.Disconnect(metaAccount, false, false, edge(noon(1))))
	if !s.c.Settled(s.is(0)) {
		t.Error("a lost account has to be driven")
	}
}

// Where nothing is wanted, nothing is claimed; a placement that isn't there can't be changed.
func TestNothingToDrive(t *testing.T) {
	draft := linkedSpec()
	draft.Activate = false
	c := create(t, draft)
	if ch, err := c.Intend(c.Placements[0].ID, "driver", edge(noon(1))); err != nil || ch.Campaign.Version != c.Version {
		t.Errorf("a draft: version %d, error %v", ch.Campaign.Version, err)
	}
	none := event.Derive("no placement")
	for name, change := range map[string]func() (campaign.Change, error){
		"intend": func() (campaign.Change, error) { return c.Intend(none, "", edge(noon(1))) },
		"confirm": func() (campaign.Change, error) {
			return c.Confirm(none, "", platform.On, campaign.Remote{}, edge(noon(1)))
		},
		"refuse":       func() (campaign.Change, error) { return c.Refuse(none, "", platform.On, refusal(), edge(noon(1))) },
		"out of reach": func() (campaign.Change, error) { return c.OutOfReach(none, "", edge(noon(1))) },
		"let go":       func() (campaign.Change, error) { return c.LetGo(none, "", edge(noon(1))) },
		"observe": func() (campaign.Change, error) {
			return c.Observe(none, platform.Campaign{}, noon(1), nil, edge(noon(1)))
		},
	} {
		if _, err := change(); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
