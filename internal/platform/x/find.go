package x

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
	// slack is how far X's clock may be behind ours.
	slack = time.Minute
	// maxPages bounds a search, which is for what was posted not long ago.
	maxPages = 10
)

// post is a post as lists show it.
type post struct {
	ID       platform.ID `json:"id"`
	Text     string      `json:"text"` // of HTML, with every link shortened
	Created  string      `json:"created_at"`
	Entities struct {
		URLs []struct {
			Short    string `json:"url"`
			Expanded string `json:"expanded_url"`
			Media    string `json:"media_key"` // of a link that stands for an image of the post
		} `json:"urls"`
	} `json:"entities"`
	Attachments struct {
		Keys []string `json:"media_keys"`
	} `json:"attachments"`
}

// Find implements platform.Publisher: it looks through the account's posts since Began. Absence is proof
// of nothing there, as lists are made late.
func (k *Connector) Find(ctx context.Context, c platform.Call, p platform.Publication, m platform.Prepared) (found platform.Found, err error) {
	const op = "find"
	if !digits(c.Account.ID) {
		return found, k.invalid(op, "account", "the id of the account is none of X's")
	}
	since := p.Began.Add(-slack)
	query := url.Values{
		"exclude": {"retweets"}, "max_results": {"100"}, "start_time": {since.UTC().Format(time.RFC3339)},
		"tweet.fields": {"attachments,created_at,entities"},
	}
	for range maxPages {
		var page struct {
			Data []post `json:"data"` // the newest first; absent when there are none
			Meta struct {
				Next string `json:"next_token"`
			} `json:"meta"`
		}
		if err := k.get(ctx, op, c, "/users/"+c.Account.ID+"/tweets", query.Encode(), &page); err != nil {
			return platform.Found{}, err
		}
		for _, one := range page.Data {
			at, err := time.Parse(time.RFC3339, one.Created)
			if err != nil {
				return platform.Found{}, k.malformed(op, "the time of a post can't be read")
			}
			if !at.Before(since) && one.shows(p, m) {
				id := string(one.ID)
				found = platform.Found{Published: platform.Published{ID: id, Permalink: permalink(k.endpoint.AuthURL, id), At: at}, There: true}
			}
		}
		if page.Meta.Next == "" {
			break
		}
		query.Set("pagination_token", page.Meta.Next)
	}
	return found, nil
}

// shows reports whether the post is the publication: by its text and its links, and by its images.
func (one post) shows(p platform.Publication, m platform.Prepared) bool {
	var ids []string
	for _, key := range one.Attachments.Keys {
		ids = append(ids, strings.TrimPrefix(key, KeyPrefix))
	}
	return normalised(one.plain()) == normalised(shown(p)) && len(ids) == len(p.Media) &&
		slices.Equal(slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(m.IDs)))
}

// plain is the text as it was written: with whole links, and without those that stand for images.
func (one post) plain() string {
	text := html.UnescapeString(one.Text)
	for _, u := range one.Entities.URLs {
		switch {
		case u.Short == "":
		case u.Media != "":
			text = strings.ReplaceAll(text, u.Short, "")
		default:
			text = strings.ReplaceAll(text, u.Short, u.Expanded)
		}
	}
	return text
}

// scheme is what X adds to a link that was written without.
var scheme = regexp.MustCompile(`(?i)\bhttps?://`)

// normalised is a text without what X changes: white space, and how links begin and end.
func normalised(text string) string {
	words := strings.Fields(scheme.ReplaceAllString(text, ""))
	for n, word := range words {
		words[n] = strings.TrimSuffix(word, "/")
	}
	return strings.Join(words, " ")
}
