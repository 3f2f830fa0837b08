package linkedin

import (
	"context"
	"strings"
	"time"

	"bellwether/internal/platform"
)

// slack is how far LinkedIn's clock may be behind ours.
const slack = time.Minute

// post is a post as lists show it.
type post struct {
	ID         string  `json:"id"`
	Commentary string  `json:"commentary"` // little text
	Content    content `json:"content"`
	State      string  `json:"lifecycleState"`
	Created    int64   `json:"createdAt"` // milliseconds
}

// Find implements platform.Publisher: it looks through the organisation's posts since Began. Absence is
// proof of nothing there, as lists are made late.
func (k *Pages) Find(ctx context.Context, c platform.Call, p platform.Publication, m platform.Prepared) (found platform.Found, err error) {
	const op = "find"
	author, err := k.author(op, c.Account)
	if err != nil {
		return found, err
	}
	since, start := p.Began.Add(-slack), 0
	for range maxPages {
		posts, more, err := k.posts(ctx, c, "author="+author+PostsQuery+startOf(start))
		if err != nil {
			return platform.Found{}, sure(err)
		}
		for _, one := range posts { // the newest first
			if one.Created <= 0 {
				return platform.Found{}, sure(k.malformed(op, "the time of a post can't be read"))
			}
			at := time.UnixMilli(one.Created).UTC()
			if at.Before(since) {
				return found, nil
			}
			if one.shows(p, m) {
				found = platform.Found{Published: platform.Published{ID: one.ID, Permalink: permalink(k.endpoint.AuthURL, one.ID), At: at}, There: true}
			}
		}
		if start += len(posts); len(posts) == 0 || !more {
			break
		}
	}
	return found, nil
}

// posts reads a page of a list of posts.
func (k *Pages) posts(ctx context.Context, c platform.Call, query string) (posts []post, more bool, err error) {
	const op = "find"
	r, err := platform.Get(k.endpoint.BaseURL+"/posts", query)
	if err != nil {
		return nil, false, k.invalid(op, "", "the request can't be written")
	}
	r.Header.Set("X-RestLi-Method", "FINDER")
	answer, err := k.ask(ctx, op, c, r)
	if err != nil {
		return nil, false, err
	}
	var page struct {
		Elements []post `json:"elements"`
		Paging   paging `json:"paging"`
	}
	err = k.client.Decode(op, answer, &page)
	return page.Elements, page.Paging.more(), err
}

// shows reports whether the post is the publication: by its text, and by its image or its link.
func (one post) shows(p platform.Publication, m platform.Prepared) bool {
	if one.State == PostDraft || one.State == PostFailed || !same(plain(one.Commentary), commentary(p)) {
		return false
	}
	if len(p.Media) > 0 || one.Content.Media != nil {
		return one.Content.Media != nil && len(m.IDs) == 1 && one.Content.Media.ID == m.IDs[0]
	}
	source := ""
	if one.Content.Article != nil {
		source = one.Content.Article.Source
	}
	return strings.TrimSuffix(source, "/") == strings.TrimSuffix(p.Link, "/")
}
