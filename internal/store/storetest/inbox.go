package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/notification"
	"bellwether/internal/store"
)

// shelf is a person's inbox with four notices, by their titles.
type shelf struct {
	store.Inbox
	t    *testing.T
	h    Harness
	refs map[string]string
}

func newShelf(t *testing.T, h Harness) shelf {
	t.Helper()
	s, begin := shelf{store.Inbox{Table: h.Table}, t, h, map[string]string{}}, h.Clock.Now()
	for n, severity := range []notification.Severity{"low", "high", "low", "high"} {
		notice := notification.Notice{
			ID: event.Derive("notice", fmt.Sprint(n)), OrgID: someOrg, UserID: "ada", Category: "budget", Severity: severity,
			Title: fmt.Sprint(n), At: begin.Add(time.Duration(n) * time.Second), Version: 1,
		}
		if err := s.Add(t.Context(), notice); err != nil {
			t.Fatal(err)
		}
		s.refs[notice.Title] = s.Ref(notice)
	}
	h.Clock.Add(time.Minute)
	return s
}

// want holds what is listed, one a page, to the titles.
func (s shelf) want(when string, f store.NoticeFilter, titles ...string) {
	s.t.Helper()
	var got []string
	next := ""
	for page := 0; page == 0 || next != "" && page < 9; page++ {
		list, more, err := s.List(s.t.Context(), someOrg, "ada", f, s.h.Clock.Now(), 1, next)
		if err != nil || len(list) > 1 {
			s.t.Fatalf("%s: %d, %v", when, len(list), err)
		}
		for _, n := range list {
			got = append(got, n.Title)
		}
		next = more
	}
	if !slices.Equal(got, titles) {
		s.t.Errorf("%s with %+v: %v, want %v", when, f, got, titles)
	}
}

func (s shelf) count(when string, want int) {
	s.t.Helper()
	if n, more, err := s.CountUnread(s.t.Context(), someOrg, "ada", s.h.Clock.Now()); err != nil || n != want || more {
		s.t.Errorf("%s: %d are unread (%v, %v), want %d", when, n, more, err, want)
	}
}

// What is put off is neither counted nor listed until its time. Then it is back, at the top.
func testSnoozedNotices(t *testing.T, h Harness) {
	shelf := newShelf(t, h)
	update := func(title string, change func(notification.Notice) notification.Notice) {
		t.Helper()
		if _, err := shelf.Update(t.Context(), "change/"+title, someOrg, "ada", shelf.refs[title], change); err != nil {
			t.Fatal(err)
		}
	}
	update("0", func(n notification.Notice) notification.Notice { return n.Snooze(h.Clock.Now().Add(time.Hour)) })
	update("1", func(n notification.Notice) notification.Notice { return n.Read(h.Clock.Now()) })
	update("2", func(n notification.Notice) notification.Notice { return n.Archive(h.Clock.Now()) })
	want, count := shelf.want, shelf.count
	want("put off", store.NoticeFilter{}, "3", "1")
	want("put off", store.NoticeFilter{Unread: true}, "3")
	want("put off", store.NoticeFilter{Snoozed: true}, "0")
	want("put off", store.NoticeFilter{Archived: true}, "2")
	want("put off", store.NoticeFilter{Severity: "low"})
	want("put off", store.NoticeFilter{Category: "post"})
	count("put off", 1)
	h.Clock.Add(time.Hour - time.Second)
	count("a second before", 1)
	h.Clock.Add(time.Second)
	want("back", store.NoticeFilter{Unread: true}, "0", "3")
	want("back", store.NoticeFilter{Snoozed: true})
	want("back", store.NoticeFilter{Severity: "low"}, "0")
	count("back", 2)
}
