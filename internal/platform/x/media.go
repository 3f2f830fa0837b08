package x

import (
	"context"
	"net/url"

	"bellwether/internal/platform"
)

// uploaded is an image that X was handed.
type uploaded struct {
	Data struct {
		ID         platform.ID `json:"id"`
		Processing struct {
			State string `json:"state"` // "" for an image that is ready
		} `json:"processing_info"`
	} `json:"data"`
}

// upload is the call that hands an image over.
type upload struct {
	Media    []byte `json:"media"` // base64 on the wire
	Category string `json:"media_category"`
	Type     string `json:"media_type"`
}

// described is the call that gives an image its text.
type described struct {
	ID       string `json:"id"`
	Metadata struct {
		Alt struct {
			Text string `json:"text"`
		} `json:"alt_text"`
	} `json:"metadata"`
}

// Prepare implements platform.Publisher.
func (k *Connector) Prepare(ctx context.Context, c platform.Call, p platform.Publication) (platform.Prepared, error) {
	var made platform.Prepared
	for _, m := range p.Media {
		id, pending, err := k.upload(ctx, c, m)
		if err != nil {
			return platform.Prepared{}, err
		}
		made.IDs, made.Pending = append(made.IDs, id), made.Pending || pending
	}
	return made, nil
}

// upload hands one image over, with its text: once the post is out, that can't be given any more.
func (k *Connector) upload(ctx context.Context, c platform.Call, m platform.Medium) (id string, pending bool, err error) {
	const op = "prepare"
	switch {
	case len(m.Data) == 0:
		return "", false, k.invalid(op, "media", "the image is missing")
	case m.Type == "image/gif":
		return "", false, k.invalid(op, "media", "GIFs can't be handed over in one piece")
	}
	var u uploaded
	if err := k.post(ctx, op, c, "/media/upload", upload{m.Data, "tweet_image", m.Type}, &u); err != nil {
		return "", false, err
	}
	id = string(u.Data.ID)
	if !digits(id) {
		return "", false, k.refuse(op, platform.ClassTransient, "malformed", "the image has no id")
	}
	if pending, err = k.pending(op, u); err != nil || m.Alt == "" {
		return id, pending, err
	}
	d := described{ID: id}
	d.Metadata.Alt.Text = m.Alt
	return id, pending, k.post(ctx, op, c, "/media/metadata", d, new(any))
}

// Ready implements platform.Publisher.
func (k *Connector) Ready(ctx context.Context, c platform.Call, m platform.Prepared) (platform.Prepared, error) {
	const op = "ready"
	m.Pending = false
	for _, id := range m.IDs {
		if !digits(id) {
			return m, k.invalid(op, "media", "the id is none of X's")
		}
		var u uploaded
		if err := k.get(ctx, op, c, "/media/upload", url.Values{"command": {"STATUS"}, "media_id": {id}}.Encode(), &u); err != nil {
			return m, err
		}
		pending, err := k.pending(op, u)
		if err != nil {
			return m, err
		}
		m.Pending = m.Pending || pending
	}
	return m, nil
}

// pending reports whether X is still at work on the image; an image that it couldn't read is refused.
func (k *Connector) pending(op string, u uploaded) (bool, error) {
	switch u.Data.Processing.State {
	case "", "succeeded":
		return false, nil
	case "failed":
		return false, k.invalid(op, "media", "X can't read the image")
	}
	return true, nil
}
