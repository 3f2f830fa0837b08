package mastodon

import (
	"context"
	"strings"
	"time"

	"bellwether/internal/platform"
)

// opPublish is the one call that makes something visible.
const opPublish = "publish"

// status is a post.
type status struct {
	ID      platform.ID  `json:"id"`
	URL     string       `json:"url"`
	Created string       `json:"created_at"`
	Content string       `json:"content"` // HTML
	Media   []attachment `json:"media_attachments"`
}

// Publish implements platform.Publisher.
func (k *Connector) Publish(ctx context.Context, c platform.Call, p platform.Publication, m platform.Prepared) (platform.Published, error) {
	return k.publish(ctx, opPublish, c, p, m)
}

// publish makes the post, once for its key: while the instance knows the key, it answers a repeat with the
// post that is there.
func (k *Connector) publish(ctx context.Context, op string, c platform.Call, p platform.Publication, m platform.Prepared) (platform.Published, error) {
	if len(m.IDs) != len(p.Media) {
		return platform.Published{}, k.invalid(op, "media", "the images were not handed over")
	}
	r, err := platform.PostJSON(k.endpoint.BaseURL+"/api/v1/statuses", struct {
		Text       string   `json:"status"`
		Media      []string `json:"media_ids,omitempty"`
		Visibility string   `json:"visibility"`
	}{shown(p), m.IDs, "public"})
	if err != nil {
		return platform.Published{}, k.invalid(op, "", "the request can't be written")
	}
	r.Header.Set("Idempotency-Key", p.Key)
	var made status
	if _, err := k.ask(ctx, op, c, r, &made); err != nil {
		return platform.Published{}, err
	}
	if made.ID == "" {
		return platform.Published{}, settled(op, k.malformed(op, "the answer has no id"))
	}
	at, _ := time.Parse(time.RFC3339, made.Created) // the post is out, whatever that says
	return made.published(at), nil
}

// published is the post as it is told.
func (s status) published(at time.Time) platform.Published {
	return platform.Published{ID: string(s.ID), Permalink: s.URL, At: at}
}

// shown is the post's text: a link stands in it, on a line of its own.
func shown(p platform.Publication) string {
	if p.Link == "" {
		return p.Text
	}
	return strings.TrimSpace(p.Text + "\n" + p.Link)
}

// malformed is an answer under 2xx that can't be understood: what it was to tell may have been done.
func (k *Connector) malformed(op, message string) error {
	return &platform.Error{Platform: platform.Mastodon, Op: op, Class: platform.ClassTransient, Code: "malformed", Message: message, Unsure: true}
}
