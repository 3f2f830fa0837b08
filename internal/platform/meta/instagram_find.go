package meta

import (
	"cmp"
	"context"
	"net/url"
	"strconv"
	"strings"

	"bellwether/internal/platform"
)

// States of a container. It ends as Expired a day after it was made, when it was not published.
const (
	InProgress = "IN_PROGRESS"
	Finished   = "FINISHED"
	IsPublic   = "PUBLISHED"
	Failed     = "ERROR"
	Expired    = "EXPIRED"
)

// state is a container's. With Failed, the text names the subcode.
type state struct {
	Code string `json:"status_code"`
	Text string `json:"status"`
}

// medium is a post of an Instagram account.
type medium struct {
	ID        platform.ID `json:"id"`
	Caption   string      `json:"caption"`
	Permalink string      `json:"permalink"`
	At        string      `json:"timestamp"`
	Children  struct {
		Data []struct{} `json:"data"`
	} `json:"children"`
}

// Ready implements platform.Publisher.
func (i *Instagram) Ready(ctx context.Context, call platform.Call, m platform.Prepared) (platform.Prepared, error) {
	if len(m.IDs) != 1 {
		return m, i.invalid("ready", "there is no container")
	}
	path, err := i.object("ready", m.IDs[0], "")
	if err != nil {
		return m, err
	}
	var s state
	if err := i.get(ctx, "ready", call, path, url.Values{"fields": {"status_code,status"}}, &s); err != nil {
		return m, sure(err)
	}
	switch s.Code {
	case InProgress, Finished, IsPublic:
		m.Pending = s.Code == InProgress
		return m, nil
	case Failed:
		subcode := s.subcode()
		return m, &platform.Error{
			Platform: platform.Instagram, Op: "ready", Class: mediaClass(subcode), Code: strings.TrimSuffix(Failed+"/"+strconv.Itoa(subcode), "/0"),
			Message: platform.Clip(cmp.Or(s.Text, "Instagram can't use the image"), call.Token.Reveal()),
		}
	case Expired:
		return m, &platform.Error{Platform: platform.Instagram, Op: "ready", Class: platform.ClassTransient, Code: Expired, Message: "the container has expired"}
	}
	return m, sure(i.malformed("ready", "the container has no state that is known", nil))
}

// subcode is the one that a state's text names; 0: none.
func (s state) subcode() int {
	at := strings.Index(s.Text, "2207")
	if at < 0 || len(s.Text) < at+7 {
		return 0
	}
	n, _ := strconv.Atoi(s.Text[at : at+7])
	return n
}

// Find implements platform.Publisher. The container knows whether it was published, and the list of the
// account's media under which id. One that failed or expired will never be; one that is finished may be in
// a call that is still under way.
func (i *Instagram) Find(ctx context.Context, call platform.Call, p platform.Publication, m platform.Prepared) (platform.Found, error) {
	var s state
	if len(m.IDs) == 1 {
		path, err := i.object("find", m.IDs[0], "")
		if err != nil {
			return platform.Found{}, err
		}
		err = i.get(ctx, "find", call, path, url.Values{"fields": {"status_code"}}, &s)
		if err != nil && !platform.Is(err, platform.ClassNotFound) {
			return platform.Found{}, sure(err)
		}
	}
	switch s.Code {
	case InProgress, Finished:
		return platform.Found{}, nil
	case Failed, Expired:
		return platform.Found{Sure: true}, nil
	}
	found, err := i.newest(ctx, call, p)
	if err == nil && !found.There && s.Code == IsPublic {
		return found, &platform.Error{Platform: platform.Instagram, Op: "find", Class: platform.ClassTransient, Code: "unlisted", Message: "the post is published, but not in the list of the account's media"}
	}
	return found, sure(err)
}

// newest looks for the post among the account's newest media, by its caption and number of images.
func (i *Instagram) newest(ctx context.Context, call platform.Call, p platform.Publication) (found platform.Found, err error) {
	since := p.Began.Add(-slack)
	q := url.Values{"fields": {MediaFields}, "since": {strconv.FormatInt(since.Unix(), 10)}, "limit": {"50"}}
	path, err := i.object("find", call.Account.ID, "/media")
	if err != nil {
		return found, err
	}
	list, err := listed[medium](ctx, &i.graph, "find", call, path, q)
	if err != nil {
		return found, err
	}
	for _, one := range list {
		at, ok := moment(one.At)
		if !ok {
			return platform.Found{}, i.malformed("find", "the time of a post can't be read", nil)
		}
		if at.Before(since) || found.There && !at.Before(found.At) {
			continue
		}
		if same(one.Caption, withLink(p.Text, p.Link)) && max(len(one.Children.Data), 1) == len(p.Media) {
			found = platform.Found{There: true, Published: platform.Published{ID: string(one.ID), Permalink: one.Permalink, At: at}}
		}
	}
	return found, nil
}
