package meta

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"bellwether/internal/platform"
)

// feedPost is a post of a Page.
type feedPost struct {
	ID          platform.ID `json:"id"`
	Message     string      `json:"message"` // absent in a post without text
	Created     string      `json:"created_time"`
	Permalink   string      `json:"permalink_url"`
	Attachments struct {
		Data []attachment `json:"data"`
	} `json:"attachments"`
}

// attachment is what stands below a post's text: a link, a photo, or an album of them.
type attachment struct {
	Type   string `json:"media_type"`
	Link   string `json:"unshimmed_url"`
	Target struct {
		ID platform.ID `json:"id"`
	} `json:"target"`
	Inner struct {
		Data []attachment `json:"data"`
	} `json:"subattachments"`
}

// Find implements platform.Publisher. It compares the posts since Began: none of them is proof of nothing,
// as one that was accepted may be listed later.
func (f *Facebook) Find(ctx context.Context, call platform.Call, p platform.Publication, m platform.Prepared) (platform.Found, error) {
	call, err := f.asPage(ctx, call)
	if err != nil {
		return platform.Found{}, err
	}
	since := p.Began.Add(-slack)
	q := url.Values{"fields": {PublishedFields}, "since": {strconv.FormatInt(since.Unix(), 10)}, "limit": {"100"}}
	posts, err := listed[feedPost](ctx, &f.graph, "find", call, "/"+call.Account.ID+PublishedPath, q)
	if err != nil {
		return platform.Found{}, sure(err)
	}
	var found platform.Found
	for _, one := range posts {
		at, ok := moment(one.Created)
		if !ok {
			return platform.Found{}, sure(f.malformed("find", "the time of a post can't be read", nil))
		}
		if at.Before(since) || !one.shows(p, m) || found.There && !at.Before(found.At) {
			continue
		}
		found = platform.Found{There: true, Published: platform.Published{ID: string(one.ID), Permalink: one.Permalink, At: at}}
	}
	return found, nil
}

// shows reports whether the post is the publication. Where there is no text, its photos or its link tell.
func (one feedPost) shows(p platform.Publication, m platform.Prepared) bool {
	photos, link := one.attached()
	if !same(one.Message, message(p)) || len(photos) != len(p.Media) {
		return false
	}
	switch {
	case strings.TrimSpace(message(p)) != "":
		return true
	case len(photos) > 0:
		return slices.Equal(slices.Sorted(slices.Values(photos)), slices.Sorted(slices.Values(m.IDs)))
	}
	return strings.TrimSuffix(link, "/") == strings.TrimSuffix(p.Link, "/")
}

// attached are the ids of the post's photos, and its link.
func (one feedPost) attached() (photos []string, link string) {
	for _, a := range one.Attachments.Data {
		switch {
		case len(a.Inner.Data) > 0:
			for _, inner := range a.Inner.Data {
				photos = append(photos, string(inner.Target.ID))
			}
		case a.Type == "photo" || a.Type == "album":
			photos = append(photos, string(a.Target.ID))
		default:
			link = a.Link
		}
	}
	return photos, link
}
