package mastodon

import (
	"context"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"bellwether/internal/platform"
)

const (
	// slack is how far the instance's clock may be behind ours.
	slack = time.Minute
	// maxPages bounds a search, which is for what was posted not long ago.
	maxPages = 10
)

// Find implements platform.Publisher. While the instance knows the key, the call is made once more with
// it: that ends in one post, whether there was one before or not. Later it looks through the account's
// posts; there, absence is proof of nothing, as instances make lists late.
func (k *Connector) Find(ctx context.Context, c platform.Call, p platform.Publication, m platform.Prepared) (platform.Found, error) {
	if p.Key != "" && k.client.Now().Sub(p.Began) < keyUse {
		out, err := k.publish(ctx, "find", c, p, m)
		return platform.Found{Published: out, There: err == nil}, err
	}
	return k.search(ctx, c, p, m)
}

// search looks for the first post since Began that is the publication.
func (k *Connector) search(ctx context.Context, c platform.Call, p platform.Publication, m platform.Prepared) (found platform.Found, err error) {
	const op = "find"
	if !plain(c.Account.ID) {
		return found, k.invalid(op, "account", "the id of the account is none of Mastodon's")
	}
	since, query := p.Began.Add(-slack), url.Values{"exclude_reblogs": {"true"}, "limit": {"40"}}
	for range maxPages {
		var page []status // the newest first
		if _, err := k.get(ctx, op, c, "/api/v1/accounts/"+c.Account.ID+"/statuses", query.Encode(), &page); err != nil {
			return platform.Found{}, err
		}
		for _, s := range page {
			at, err := time.Parse(time.RFC3339, s.Created)
			if err != nil {
				return platform.Found{}, settled(op, k.malformed(op, "the time of a post can't be read"))
			}
			if at.Before(since) {
				return found, nil
			}
			if s.shows(p, m) {
				found = platform.Found{Published: s.published(at), There: true}
			}
		}
		if len(page) == 0 {
			break
		}
		// The links to further pages are whole addresses: only the id is taken, so that no token goes elsewhere.
		query.Set("max_id", string(page[len(page)-1].ID))
	}
	return found, nil
}

// shows reports whether the post is the publication. Images tell it alone: each is in one post at most.
func (s status) shows(p platform.Publication, m platform.Prepared) bool {
	if len(p.Media) == 0 {
		return len(s.Media) == 0 && normalised(text(s.Content)) == normalised(shown(p))
	}
	var ids []string
	for _, a := range s.Media {
		ids = append(ids, string(a.ID))
	}
	return slices.Equal(slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(m.IDs)))
}

// remote is a mention of somebody on another instance, of which posts show the name only.
var remote = regexp.MustCompile(`(@\w+)@[\w.-]*\w`)

// normalised is a text without what an instance changes: white space, and where somebody is at home.
func normalised(text string) string {
	return remote.ReplaceAllString(strings.Join(strings.Fields(text), " "), "$1")
}

// text is the plain text of a post's HTML. Links are shortened by hiding parts, which stay in it.
func text(content string) string {
	var plain strings.Builder
	for content != "" {
		before, rest, _ := strings.Cut(content, "<")
		plain.WriteString(html.UnescapeString(before))
		tag, after, _ := strings.Cut(rest, ">")
		if strings.HasPrefix(tag, "br") || strings.HasPrefix(tag, "/p") || strings.HasPrefix(tag, "/li") {
			plain.WriteByte('\n')
		}
		content = after
	}
	return plain.String()
}
