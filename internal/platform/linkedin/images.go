package linkedin

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"

	"bellwether/internal/platform"
)

// Prepare implements platform.Publisher. LinkedIn names the image and where it is to be sent; when it has
// come, it is worked on.
func (k *Pages) Prepare(ctx context.Context, c platform.Call, p platform.Publication) (platform.Prepared, error) {
	const op = "prepare"
	if _, err := k.author(op, c.Account); err != nil {
		return platform.Prepared{}, err
	}
	if len(p.Media) > 1 {
		return platform.Prepared{}, k.invalid(op, "media", "a post has one image")
	}
	var made platform.Prepared
	for _, m := range p.Media {
		if len(m.Data) == 0 {
			return platform.Prepared{}, k.invalid(op, "media", "the image is missing")
		}
		id, to, err := k.announce(ctx, c)
		if err == nil {
			err = k.upload(ctx, c, to, m)
		}
		if err != nil {
			return platform.Prepared{}, sure(err)
		}
		made.IDs, made.Pending = append(made.IDs, id), true
	}
	return made, nil
}

// announce asks for the name of a new image, and for the address that it is sent to.
func (k *Pages) announce(ctx context.Context, c platform.Call) (id, to string, err error) {
	const op = "prepare"
	var in struct {
		Request struct {
			Owner string `json:"owner"`
		} `json:"initializeUploadRequest"`
	}
	in.Request.Owner = c.Account.ID
	r, err := platform.PostJSON(k.endpoint.BaseURL+"/images?action=initializeUpload", in)
	if err != nil {
		return "", "", k.invalid(op, "", "the request can't be written")
	}
	answer, err := k.ask(ctx, op, c, r)
	if err != nil {
		return "", "", err
	}
	var body struct {
		Value struct {
			To    string `json:"uploadUrl"`
			Image string `json:"image"`
		} `json:"value"`
	}
	if err := k.client.Decode(op, answer, &body); err != nil {
		return "", "", err
	}
	to, ok := k.own(body.Value.To)
	if !ok || !imageURN.MatchString(body.Value.Image) {
		return "", "", k.malformed(op, "the answer names no image, or no address of LinkedIn's")
	}
	return body.Value.Image, to, nil
}

// own is the address that an image is sent to, token and all: it must be LinkedIn's. A sandbox names
// LinkedIn's too, but stands elsewhere.
func (k *Pages) own(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || !strings.HasSuffix("."+u.Host, ".linkedin.com") {
		return "", false
	}
	if k.endpoint.Sandbox {
		return strings.TrimSuffix(k.endpoint.BaseURL, "/rest") + u.RequestURI(), true
	}
	return u.String(), true
}

func (k *Pages) upload(ctx context.Context, c platform.Call, to string, m platform.Medium) error {
	const op = "prepare"
	r, err := http.NewRequest(http.MethodPut, to, bytes.NewReader(m.Data))
	if err != nil {
		return k.invalid(op, "", "the request can't be written")
	}
	r.Header.Set("Authorization", "Bearer "+c.Token.Reveal())
	r.Header.Set("Content-Type", m.Type)
	answer, err := k.client.Do(ctx, op, c.Meter, r)
	if err != nil {
		return err
	}
	if err := k.refusal(op, answer, c.Token.Reveal()); err != nil {
		return err
	}
	if answer.Status != http.StatusCreated {
		return k.malformed(op, "the image did not come")
	}
	return nil
}

// Ready implements platform.Publisher.
func (k *Pages) Ready(ctx context.Context, c platform.Call, m platform.Prepared) (platform.Prepared, error) {
	const op = "ready"
	m.Pending = false
	for _, id := range m.IDs {
		if !imageURN.MatchString(id) {
			return m, k.invalid(op, "media", "the id is none of LinkedIn's")
		}
		var image struct {
			Status string `json:"status"`
		}
		if err := k.get(ctx, op, c, "images/"+url.QueryEscape(id), "", &image); err != nil {
			return m, sure(err)
		}
		switch image.Status {
		case ImageAvailable:
		case ImageFailed:
			return m, k.invalid(op, "media", "LinkedIn can't read the image")
		default:
			m.Pending = true
		}
	}
	return m, nil
}
