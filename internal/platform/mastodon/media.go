package mastodon

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"

	"bellwether/internal/platform"
)

// attachment is an image that the instance was handed.
type attachment struct {
	ID platform.ID `json:"id"`
}

// Prepare implements platform.Publisher. An instance may take its time over an image: 202 says so.
func (k *Connector) Prepare(ctx context.Context, c platform.Call, p platform.Publication) (platform.Prepared, error) {
	const op = "prepare"
	var made platform.Prepared
	for n, m := range p.Media {
		r, err := k.upload(m, fmt.Sprintf("image-%d-of-%s", n+1, p.Key))
		if err != nil {
			return platform.Prepared{}, err
		}
		var a attachment
		status, err := k.ask(ctx, op, c, r, &a)
		if err != nil {
			return platform.Prepared{}, err
		}
		if !plain(string(a.ID)) {
			return platform.Prepared{}, k.refuse(op, platform.ClassTransient, "malformed", "the image has no id")
		}
		made.IDs = append(made.IDs, string(a.ID))
		made.Pending = made.Pending || status == http.StatusAccepted
	}
	return made, nil
}

// upload is the call that hands an image over. boundary is a text that no image holds.
func (k *Connector) upload(m platform.Medium, boundary string) (*http.Request, error) {
	const op = "prepare"
	if len(m.Data) == 0 {
		return nil, k.invalid(op, "media", "the image is missing")
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	err := form.SetBoundary(boundary)
	if m.Alt != "" && err == nil {
		err = form.WriteField("description", m.Alt)
	}
	if err == nil {
		err = writeFile(form, m)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		return nil, k.invalid(op, "", "the request can't be written")
	}
	r, err := http.NewRequest(http.MethodPost, k.endpoint.BaseURL+"/api/v2/media", &body)
	if err != nil {
		return nil, k.invalid(op, "", "the request can't be written")
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	return r, nil
}

// writeFile writes the image as a file, which wants a name.
func writeFile(form *multipart.Writer, m platform.Medium) error {
	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="file"; filename="image.%s"`, strings.TrimPrefix(m.Type, "image/"))},
		"Content-Type":        {m.Type},
	})
	if err == nil {
		_, err = part.Write(m.Data)
	}
	return err
}

// Ready implements platform.Publisher: 206 says that an image is still being worked on.
func (k *Connector) Ready(ctx context.Context, c platform.Call, m platform.Prepared) (platform.Prepared, error) {
	const op = "ready"
	m.Pending = false
	for _, id := range m.IDs {
		if !plain(id) {
			return m, k.invalid(op, "media", "the id is none of Mastodon's")
		}
		var a attachment
		status, err := k.get(ctx, op, c, "/api/v1/media/"+id, "", &a)
		if err != nil {
			return m, err
		}
		m.Pending = m.Pending || status == http.StatusPartialContent
	}
	return m, nil
}
