package listen_test

import (
	"fmt"
	"testing"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
)

// town is a world with two accounts of ours, one of theirs, and campaigns on one or both.
type town struct {
	*world
	meta, google, foreign string // accounts
	one, both, other      string // campaigns: on meta, on both, on google
	theirOne              string
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{world: newWorld(t)}
	w.meta, w.google = w.connect(ours, platform.Meta, "1"), w.connect(ours, platform.Google, "2")
	w.foreign = w.connect(theirs, platform.Meta, "1")
	w.one, w.both = w.campaign(ours, "One", w.meta), w.campaign(ours, "Both", w.meta, w.google)
	w.other, w.theirOne = w.campaign(ours, "Other", w.google), w.campaign(theirs, "One", w.foreign)
	return w
}

// scenarios are what may happen to an account or a campaign; each answers the event to be delivered.
var scenarios = map[string]func(w *town) event.Raw{
	"connected": func(w *town) event.Raw { return w.events("IntegrationConnected")[0] },
	"lost": func(w *town) event.Raw {
		w.lose(ours, w.meta, integration.ReasonRevoked, w.one, w.both)
		return w.last("IntegrationDisconnected")
	},
	"disconnected by a person": func(w *town) event.Raw {
		w.disconnect(ours, w.meta, false, w.one, w.both)
		return w.last("IntegrationDisconnected")
	},
	"connected again": func(w *town) event.Raw {
		w.lose(ours, w.meta, integration.ReasonRevoked, w.one, w.both)
		w.deliver(w.last("IntegrationDisconnected"))
		w.now = w.now.Add(time.Hour)
		w.connect(ours, platform.Meta, "1")
		return w.last("IntegrationConnected")
	},
	"much has changed": func(w *town) event.Raw {
		w.run(ours, w.meta, platform.ClassNotFound)
		w.deliver(w.last("IntegrationSyncFailed"))
		w.run(ours, w.meta, "")
		return changed(w.last("IntegrationSyncCompleted"), `"added":101`)
	},
	"failed for the third time": func(w *town) event.Raw {
		for range 3 {
			w.run(ours, w.meta, platform.ClassNotFound)
		}
		return w.last("IntegrationSyncFailed")
	},
	"failed for long": func(w *town) event.Raw {
		for range 20 {
			w.run(ours, w.meta, platform.ClassNotFound)
			w.now = w.now.Add(6 * time.Hour)
		}
		return w.last("IntegrationSyncFailed")
	},
	"well again": func(w *town) event.Raw {
		for range 3 {
			w.run(ours, w.meta, platform.ClassNotFound)
			w.deliver(w.last("IntegrationSyncFailed"))
		}
		w.run(ours, w.meta, "")
		return w.last("IntegrationRecovered")
	},
	"stale": func(w *town) event.Raw {
		w.now = w.now.Add(time.Hour)
		w.account(ours, w.meta, func(i integration.Integration, cause event.Cause) (integration.Change, error) {
			return i.GoStale(cause)
		})
		return w.last("MetricsStale")
	},
	"access ends": func(w *town) event.Raw {
		w.now = w.now.AddDate(0, 0, 59).Add(time.Hour)
		w.run(ours, w.meta, "")
		return changed(w.last("IntegrationTokenExpiring"), fmt.Sprintf(`"campaignIds":[%q,%q],"campaignCount":2`, w.one, w.both))
	},
	"a pause is refused": func(w *town) event.Raw {
		w.pause(w.one, platform.ClassInvalid)
		return w.last("CampaignStatusRefused")
	},
	"a pause is confirmed after all": func(w *town) event.Raw {
		w.pause(w.one, platform.ClassInvalid)
		w.deliver(w.last("CampaignStatusRefused"))
		w.pause(w.one, "")
		return w.last("CampaignStatusConfirmed")
	},
	"a refused pause is given up": func(w *town) event.Raw {
		w.pause(w.one, platform.ClassInvalid)
		w.deliver(w.last("CampaignStatusRefused"))
		w.change(ours, w.one, func(c campaign.Campaign, cause event.Cause) (campaign.Change, error) {
			return c.Resume(cause)
		})
		return w.last("CampaignStatusChanged")
	},
}

// pause pauses a campaign by hand and drives its first placement: the platform refuses by the class, or obeys.
func (w *town) pause(id string, class platform.Class) {
	w.t.Helper()
	if w.read(ours, id).Status() == campaign.Active {
		w.change(ours, id, func(c campaign.Campaign, cause event.Cause) (campaign.Change, error) { return c.Pause("stop", cause) })
	}
	p := w.read(ours, id).Placements[0].ID
	w.change(ours, id, func(c campaign.Campaign, cause event.Cause) (campaign.Change, error) {
		return c.Intend(p, "driver", cause)
	})
	w.change(ours, id, func(c campaign.Campaign, cause event.Cause) (campaign.Change, error) {
		if class == "" {
			return c.Confirm(p, "driver", platform.Off, campaign.Remote{Status: platform.StatusPaused}, cause)
		}
		return c.Refuse(p, "driver", platform.Off, &platform.Error{Class: class, Message: "it says no"}, cause)
	})
}

// changed is the event with other data.
func changed(e event.Raw, fields string) event.Raw {
	e.Data = append(append(append([]byte{}, e.Data[:len(e.Data)-1]...), ","+fields...), '}')
	return e
}

// Whatever call fails or is the process's last, before or after it took effect: once the event is
// delivered again, everything is as it would have been, and another organisation has noticed nothing.
func TestEveryCallMayFail(t *testing.T) {
	for name, scenario := range allScenarios() {
		t.Run(name, func(t *testing.T) {
			clean := newTown(t)
			e := scenario(clean)
			foreign := clean.footprint(theirs)
			clean.calls = 0
			clean.deliver(e)
			want, calls := clean.footprint(ours), clean.calls
			clean.deliver(e)
			if got := clean.footprint(ours); got != want {
				t.Fatalf("a second delivery changes\n%s\nto\n%s", want, got)
			}
			if calls < 2 {
				t.Fatalf("only %d calls", calls)
			}
			for n := range calls {
				for _, what := range []call{failsBefore, failsAfter, diesBefore, diesAfter} {
					w := newTown(t)
					e := scenario(w)
					w.calls = 0
					w.choose = func(at int) call {
						if at == n {
							return what
						}
						return works
					}
					if err := w.try(e); err == nil {
						t.Errorf("call %d, fault %d: nobody noticed", n, what)
					}
					w.choose = nil
					w.deliver(e)
					if got := w.footprint(ours); got != want {
						t.Fatalf("call %d of %d, fault %d: it comes to\n%s\nwant\n%s", n, calls, what, got, want)
					}
					if w.footprint(theirs) != foreign {
						t.Fatalf("call %d, fault %d: another organisation was touched", n, what)
					}
				}
			}
		})
	}
}

// A redelivery after everything went well tells nobody twice.
func TestRedeliveryPublishesNothing(t *testing.T) {
	for name, scenario := range allScenarios() {
		w := newTown(t)
		e := scenario(w)
		w.deliver(e)
		sent := len(w.messages)
		w.now = w.now.AddDate(0, 0, 7)
		w.deliver(e)
		if len(w.messages) != sent {
			t.Errorf("%s: a redelivery published again", name)
		}
	}
}
