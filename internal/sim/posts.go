package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"bellwether/internal/outbound"
	"bellwether/internal/platform/sandbox"
	"bellwether/internal/post"
	"bellwether/internal/produce"
	"bellwether/internal/store"
	"bellwether/internal/tenant"
)

// images is a server of images, behind the gate.
type images struct{ gate *gate }

func (i images) Fetch(context.Context, string, int64) (f outbound.Fetched, err error) {
	err = i.gate.pass("fetch an image", func() error {
		f = outbound.Fetched{Data: []byte("\xff\xd8\xff\xe0 a picture"), Type: "image/jpeg"}
		return nil
	})
	if err != nil {
		return f, &outbound.Error{Text: "the image can't be fetched", Err: err}
	}
	return f, nil
}

// Write makes a post of the text on the accounts, with an image or without, due then, and answers its id.
func (w *World) Write(p tenant.Principal, text string, image bool, at time.Time, accounts ...string) (string, error) {
	targets := make([]map[string]string, len(accounts))
	for n, id := range accounts {
		targets[n] = map[string]string{"integrationId": id}
	}
	content := map[string]any{"text": text}
	if image {
		content["media"] = []any{map[string]string{"url": "https://images.example/door.jpg"}}
	}
	body, err := json.Marshal(map[string]any{"content": content, "targets": targets, "publishAt": at.Format(time.RFC3339)})
	if err != nil {
		return "", err
	}
	a, err := w.Do(p, Request{Function: "posts-api", Method: "POST", Path: "/v1/posts", Body: string(body)}, nil)
	if err != nil || a.Status != 201 {
		return "", fmt.Errorf("write a post: %v %+v", err, a)
	}
	var out struct{ ID string }
	return out.ID, json.Unmarshal([]byte(a.Body), &out)
}

// Publish wakes the publisher for a post, in this process or in another one.
func (w *World) Publish(orgID, postID string, other bool, choose func(int, string) Fault) error {
	payload, err := json.Marshal(produce.Wake{Kind: produce.WakePublish, OrgID: orgID, PostID: postID})
	if err != nil {
		return err
	}
	functions := w.functions
	if other {
		functions = w.others
	}
	_, err = w.invoke(functions[produce.PublishPostFunction].Handler, payload, choose)
	return err
}

// Sweep lets the publisher look for what got lost, as every five minutes.
func (w *World) Sweep(choose func(int, string) Fault) error {
	_, err := w.invoke(w.functions[produce.PublishPostFunction].Handler, []byte(`{"kind":"sweep"}`), choose)
	return err
}

// Post is the post as it stands in the table.
func (w *World) Post(orgID, id string) (post.Post, error) {
	return store.Posts{Table: w.Table}.Get(noFaults(), orgID, id)
}

// Finish lets time go by, with its sweeps, until nothing more is done for any of the posts by itself.
func (w *World) Finish(orgID string, ids ...string) error {
	for range 300 {
		if err := w.Settle(); err != nil {
			return err
		}
		open := false
		for _, id := range ids {
			p, err := w.Post(orgID, id)
			if err != nil {
				return err
			}
			open = open || p.Open()
		}
		if !open {
			return nil
		}
		w.Clock.Add(5 * time.Minute)
		if err := w.Sweep(nil); err != nil {
			return err
		}
	}
	return fmt.Errorf("the posts don't come to rest")
}

// CheckPosts holds posts against what stands on the platforms. Each has a text of its own. At most one
// stands on an account; what is published stands there, and what is failed or cancelled doesn't; only
// of one in doubt nobody knows.
func (w *World) CheckPosts(orgID string, ids ...string) error {
	for _, id := range ids {
		p, err := w.Post(orgID, id)
		if err != nil {
			return err
		}
		for _, t := range p.Targets {
			if err := w.checkTarget(p, t); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *World) checkTarget(p post.Post, t post.Target) error {
	account, err := store.Integrations{Table: w.Table}.Get(noFaults(), p.OrgID, t.IntegrationID)
	if err != nil {
		return err
	}
	n := 0
	for _, there := range w.standing(t.Platform, account.Account.ID) {
		if there.Text == p.ContentFor(t).Text {
			n++
		}
	}
	switch {
	case n > 1:
		return fmt.Errorf("post %s stands %d times on %s", p.ID, n, t.Platform)
	case t.State == post.Published && n != 1:
		return fmt.Errorf("post %s is published on %s, and is not there", p.ID, t.Platform)
	case (t.State == post.Failed || t.State == post.Cancelled || t.State == post.Scheduled || t.State == post.Retrying) && n != 0:
		return fmt.Errorf("post %s is %s on %s, and stands there: %+v", p.ID, t.State, t.Platform, p.Timeline)
	}
	return nil
}

func (w *World) standing(platformName, accountID string) []sandbox.Post {
	return w.Sandbox.World().Posts(platformName, accountID)
}
