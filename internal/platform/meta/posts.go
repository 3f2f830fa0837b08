package meta

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"bellwether/internal/platform"
)

// slack is how far Meta's clock may be behind ours.
const slack = time.Minute

// askShortly bounds a call that is good to have.
const askShortly = 5 * time.Second

// maxID is more characters than an id has.
const maxID = 50

// maxLists bounds how many pages of a list are read: a search is for what was posted just now.
const maxLists = 10

// page is a Facebook Page that the person who signed in has a task on.
type page struct {
	ID        platform.ID `json:"id"`
	Name      string      `json:"name"`
	Instagram *struct {
		ID       platform.ID `json:"id"`
		Username string      `json:"username"`
	} `json:"instagram_business_account"` // nil: none is linked
}

// pages lists the Pages, with the given fields.
func (c *graph) pages(ctx context.Context, call platform.Call, fields string) (all []page, err error) {
	return listed[page](ctx, c, "accounts", call, "/me/accounts", url.Values{"fields": {fields}, "limit": {"100"}})
}

// listed reads a list to its end, as far as maxLists go.
func listed[T any](ctx context.Context, c *graph, op string, call platform.Call, path string, q url.Values) (all []T, err error) {
	for range maxLists {
		var list struct {
			Data   []T    `json:"data"`
			Paging paging `json:"paging"`
		}
		if err := c.get(ctx, op, call, path, q, &list); err != nil {
			return nil, err
		}
		all = append(all, list.Data...)
		after := list.Paging.next()
		if after == "" {
			break
		}
		q.Set("after", after)
	}
	return all, nil
}

// sorted puts accounts in order of their id.
func sorted(accounts []platform.Account) []platform.Account {
	slices.SortFunc(accounts, func(a, b platform.Account) int { return cmp.Compare(a.ID, b.ID) })
	return accounts
}

// object is the path of what has the id, or of one of its lists. Ids are numbers; that of a Page's post has
// the Page's before it.
func (c *graph) object(op, id, edge string) (string, error) {
	if id == "" || len(id) > maxID || strings.Trim(id, "0123456789_") != "" {
		return "", c.invalid(op, "the id is none of Meta's")
	}
	return "/" + id + edge, nil
}

// post makes a call that writes to the object's list, and reads the id of what it made.
func (c *graph) post(ctx context.Context, op string, call platform.Call, edge string, form url.Values) (string, error) {
	path, err := c.object(op, call.Account.ID, edge)
	if err != nil {
		return "", err
	}
	r, err := platform.PostForm(c.url(path), c.signed(call, form))
	if err != nil {
		return "", c.broken(op, err)
	}
	var made struct {
		ID platform.ID `json:"id"`
	}
	if _, err := c.send(ctx, op, call.Meter, r, []string{call.Token.Reveal()}, &made); err != nil {
		return "", err
	}
	if made.ID == "" {
		return "", c.malformed(op, "the answer has no id", nil)
	}
	return string(made.ID), nil
}

// published asks for what the id of a new post doesn't tell. The post is out, whatever becomes of this: so
// it is asked for shortly, and a failure is none.
func (c *graph) published(ctx context.Context, call platform.Call, id, fields string) platform.Published {
	ctx, cancel := context.WithTimeout(ctx, askShortly)
	defer cancel()
	var p struct {
		Created   string `json:"created_time"`
		Timestamp string `json:"timestamp"`
		URL       string `json:"permalink_url"`
		Permalink string `json:"permalink"`
	}
	out := platform.Published{ID: id}
	path, err := c.object("published", id, "")
	if err != nil {
		return out
	}
	if err := c.get(ctx, "published", call, path, url.Values{"fields": {fields}}, &p); err == nil {
		out.Permalink = cmp.Or(p.URL, p.Permalink)
		out.At, _ = moment(cmp.Or(p.Created, p.Timestamp))
	}
	return out
}

// malformed is an answer under 2xx that can't be understood: what it was to tell may have been done.
func (c *graph) malformed(op, message string, err error) error {
	return &platform.Error{Platform: c.client.Platform, Op: op, Class: platform.ClassTransient, Code: "malformed", Message: message, Unsure: true, Err: err}
}

func (c *graph) invalid(op, message string) error {
	return &platform.Error{Platform: c.client.Platform, Op: op, Class: platform.ClassInvalid, Message: message}
}

// withLink is a text and the link after it.
func withLink(text, link string) string {
	if link == "" {
		return text
	}
	return strings.TrimSpace(text + "\n" + link)
}

// same reports whether two texts are the same but for white space, which Meta changes.
func same(a, b string) bool {
	return slices.Equal(strings.Fields(a), strings.Fields(b))
}
