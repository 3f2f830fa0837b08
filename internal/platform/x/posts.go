package x

import (
	"context"
	"strings"

	"bellwether/internal/platform"
)

// opPublish is the one call that makes something visible.
const opPublish = "publish"

// tweet is the call that publishes.
type tweet struct {
	Text  string `json:"text,omitempty"`
	Media *media `json:"media,omitempty"`
}

type media struct {
	IDs []string `json:"media_ids"`
}

// Publish implements platform.Publisher.
func (k *Connector) Publish(ctx context.Context, c platform.Call, p platform.Publication, m platform.Prepared) (platform.Published, error) {
	if len(m.IDs) != len(p.Media) {
		return platform.Published{}, k.invalid(opPublish, "media", "the images were not handed over")
	}
	out := tweet{Text: shown(p)}
	if len(m.IDs) > 0 {
		out.Media = &media{m.IDs}
	}
	var made struct {
		Data struct {
			ID platform.ID `json:"id"`
		} `json:"data"`
	}
	if err := k.post(ctx, opPublish, c, "/tweets", out, &made); err != nil {
		return platform.Published{}, err
	}
	if made.Data.ID == "" {
		return platform.Published{}, k.malformed(opPublish, "the answer has no id")
	}
	id := string(made.Data.ID)
	return platform.Published{ID: id, Permalink: permalink(k.endpoint.AuthURL, id)}, nil
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
	return settled(op, &platform.Error{Platform: platform.X, Op: op, Class: platform.ClassTransient, Code: "malformed", Message: message, Unsure: true})
}

// maxDigits is the longest id.
const maxDigits = 20

// digits reports whether text may be an id.
func digits(text string) bool {
	return text != "" && len(text) <= maxDigits && strings.Trim(text, "0123456789") == ""
}
