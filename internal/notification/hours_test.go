package notification_test

import (
	"testing"
	"time"

	"bellwether/internal/notification"
)

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// Clocks in Berlin go from 02:00 to 03:00 on 29 March 2026 and from 03:00 to 02:00 on 25 October; those of
// Lord Howe go half an hour, from 02:00 to 01:30 on 5 April.
func TestQuietHours(t *testing.T) {
	for _, tt := range []struct{ name, zone, from, to, at, until string }{
		{"before", "Europe/Berlin", "22:00", "08:00", "2026-11-23T21:59:59+01:00", ""},
		{"begins", "Europe/Berlin", "22:00", "08:00", "2026-11-23T22:00:00+01:00", "2026-11-24T08:00:00+01:00"},
		{"after midnight", "Europe/Berlin", "22:00", "08:00", "2026-11-24T07:59:59+01:00", "2026-11-24T08:00:00+01:00"},
		{"ends", "Europe/Berlin", "22:00", "08:00", "2026-11-24T08:00:00+01:00", ""},
		{"within a day", "Asia/Tokyo", "12:00", "13:30", "2026-11-24T12:10:00+09:00", "2026-11-24T13:30:00+09:00"},
		{"within a day, before", "Asia/Tokyo", "12:00", "13:30", "2026-11-24T11:59:00+09:00", ""},
		{"over the turn of the year", "Europe/Berlin", "22:00", "08:00", "2026-12-31T23:30:00+01:00", "2027-01-01T08:00:00+01:00"},
		{"the short night", "Europe/Berlin", "22:00", "08:00", "2026-03-28T23:00:00+01:00", "2026-03-29T08:00:00+02:00"},
		{"the long night", "Europe/Berlin", "22:00", "08:00", "2026-10-24T23:00:00+02:00", "2026-10-25T08:00:00+01:00"},
		{"an end that is left out", "Europe/Berlin", "23:00", "02:30", "2026-03-29T01:30:00+01:00", "2026-03-29T03:00:00+02:00"},
		{"an end that comes twice", "Europe/Berlin", "23:00", "02:30", "2026-10-25T01:00:00+02:00", "2026-10-25T02:30:00+02:00"},
		{"between the two", "Europe/Berlin", "23:00", "02:30", "2026-10-25T02:15:00+01:00", "2026-10-25T02:30:00+01:00"},
		{"half an hour twice", "Australia/Lord_Howe", "23:00", "01:45", "2026-04-05T01:35:00+10:30", "2026-04-05T01:45:00+10:30"},
	} {
		zone := location(t, tt.zone)
		at, q := instant(t, tt.at), notification.Quiet{On: true, From: tt.from, To: tt.to}
		want := at
		if tt.until != "" {
			want = instant(t, tt.until)
		}
		if got := q.Until(at, zone); !got.Equal(want) {
			t.Errorf("%s: until %v, want %v", tt.name, got.In(zone), want.In(zone))
		}
		if q.On = false; !q.Until(at, zone).Equal(at) {
			t.Errorf("%s: quiet hours that are off hold something back", tt.name)
		}
	}
}

func TestDigestSlots(t *testing.T) {
	for _, tt := range []struct {
		digest         notification.Digest
		zone, at, slot string
	}{
		{notification.AtOnce, "Europe/Berlin", "2026-11-23T10:20:30+01:00", "2026-11-23T10:20:30+01:00"},
		{notification.Hourly, "Europe/Berlin", "2026-11-23T10:20:30+01:00", "2026-11-23T11:00:00+01:00"},
		{notification.Hourly, "Asia/Kolkata", "2026-11-23T10:45:00+05:30", "2026-11-23T11:00:00+05:30"},
		{notification.Hourly, "Europe/Berlin", "2026-11-23T23:59:59+01:00", "2026-11-24T00:00:00+01:00"},
		{notification.Daily, "Europe/Berlin", "2026-11-23T07:59:00+01:00", "2026-11-23T08:00:00+01:00"},
		{notification.Daily, "Europe/Berlin", "2026-11-23T08:00:00+01:00", "2026-11-24T08:00:00+01:00"},
		{notification.Daily, "America/New_York", "2026-12-31T12:00:00-05:00", "2027-01-01T08:00:00-05:00"},
		{notification.Daily, "Europe/Berlin", "2026-03-28T12:00:00+01:00", "2026-03-29T08:00:00+02:00"},
	} {
		zone, want := location(t, tt.zone), instant(t, tt.slot)
		if got := tt.digest.Slot(instant(t, tt.at), zone); !got.Equal(want) {
			t.Errorf("%s at %s is told at %v, want %v", tt.digest, tt.at, got.In(zone), want.In(zone))
		}
	}
}
