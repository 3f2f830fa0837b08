package storetest

import (
	"testing"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/notification"
	"bellwether/internal/store"
)

// by is what a person does to how people are told.
func by(h Harness, name string) event.Cause {
	return event.Edge(event.Derive("told", name), "user/ada", h.Clock.Now())
}

// What people want, and which channels there are, is changed by who read it last, and read with the members.
func testDirectory(t *testing.T, h Harness) {
	n := store.Notify{Table: h.Table}
	nobody, err := n.Person(t.Context(), someOrg, "ada")
	if err != nil || nobody.Version != 0 || nobody.UserID != "ada" {
		t.Fatalf("one who never said anything: %+v, %v", nobody, err)
	}
	nobody.Email = &notification.Contact{Address: "ada@example.com", Endpoint: "e"}
	ada, err := n.PutPerson(t.Context(), someOrg, nobody, "person.updated", "", by(h, "person"))
	if err != nil || ada.Version != 1 {
		t.Fatal(ada, err)
	}
	nobody.Email = nil
	_, err = n.PutPerson(t.Context(), someOrg, nobody, "person.updated", "", by(h, "other person"))
	conflicts(t, "a person that has changed", err)
	for range 2 { // the second time it is known
		if err := n.Confirm(t.Context(), someOrg, ada.Agreed("email")); err != nil {
			t.Error(err)
		}
	}
	none, err := n.Defaults(t.Context(), someOrg)
	if err != nil || none.Version != 0 {
		t.Fatal(none, err)
	}
	if _, err = n.PutDefaults(t.Context(), someOrg, notification.Preferences{TimeZone: "Asia/Dubai"}, by(h, "defaults")); err != nil {
		t.Fatal(err)
	}
	_, err = n.PutDefaults(t.Context(), someOrg, none, by(h, "other defaults"))
	conflicts(t, "defaults that have changed", err)
	d, err := n.Directory(t.Context(), someOrg)
	if p := d.People["ada"]; err != nil || p.Version != 2 || !p.Email.Confirmed || d.Defaults.TimeZone != "Asia/Dubai" || d.Defaults.Version != 1 {
		t.Errorf("the directory is %+v, %v", d, err)
	}
	if d, err := n.Directory(t.Context(), otherOrg); err != nil || len(d.People) != 0 || d.Defaults.Version != 0 {
		t.Errorf("another organisation's is %+v, %v", d, err)
	}
}

func testChannels(t *testing.T, h Harness) {
	n := store.Notify{Table: h.Table}
	var made []notification.Channel
	for _, name := range []string{"beta", "alpha"} {
		c, err := n.PutChannel(t.Context(), someOrg, notification.Channel{ID: "id-" + name, Name: name, Kind: "slack"}, "channel.created", name, by(h, name))
		if err != nil || c.Version != 1 {
			t.Fatal(c, err)
		}
		made = append(made, c)
	}
	list, err := n.Channels(t.Context(), someOrg)
	if err != nil || len(list) != 2 || list[0].Name != "alpha" || list[0].Version != 1 {
		t.Errorf("the channels are %+v, %v", list, err)
	}
	if d, err := n.Directory(t.Context(), someOrg); err != nil || len(d.Channels) != 2 {
		t.Errorf("the directory has %+v, %v", d.Channels, err)
	}
	changed := made[0]
	changed.Disabled = notification.DisabledGone
	if changed, err = n.PutChannel(t.Context(), someOrg, changed, "channel.disabled", "", by(h, "disable")); err != nil || changed.Version != 2 {
		t.Fatal(changed, err)
	}
	conflicts(t, "what was removed as it had been", n.RemoveChannel(t.Context(), someOrg, made[0], by(h, "remove too late")))
	if err := n.RemoveChannel(t.Context(), someOrg, changed, by(h, "remove")); err != nil {
		t.Error(err)
	}
	if _, err := n.Channel(t.Context(), someOrg, changed.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a channel that was removed: %v", err)
	}
	if _, err := n.Channel(t.Context(), otherOrg, made[1].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another organisation's: %v", err)
	}
}
