package bluesky

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"bellwether/internal/platform"
)

// blob is an image that the server was handed, as records name it. The whole of it goes into the record.
type blob struct {
	Ref struct {
		Link string `json:"$link"`
	} `json:"ref"`
}

// Prepare implements platform.Publisher. The id of an image is what the server says of it, as JSON.
func (k *Connector) Prepare(ctx context.Context, c platform.Call, p platform.Publication) (platform.Prepared, error) {
	const op = "prepare"
	var made platform.Prepared
	for _, m := range p.Media {
		if len(m.Data) == 0 {
			return platform.Prepared{}, k.invalid(op, "media", "the image is missing")
		}
		r, err := http.NewRequest(http.MethodPost, k.method("com.atproto.repo.uploadBlob"), bytes.NewReader(m.Data))
		if err != nil {
			return platform.Prepared{}, k.invalid(op, "", "the request can't be written")
		}
		r.Header.Set("Content-Type", m.Type)
		var answer struct {
			Blob json.RawMessage `json:"blob"`
		}
		if err := k.ask(ctx, op, c, r, &answer); err != nil {
			return platform.Prepared{}, err
		}
		id, ok := blobID(answer.Blob)
		if !ok {
			return platform.Prepared{}, settled(op, k.malformed(op, "the image has no reference"))
		}
		made.IDs = append(made.IDs, id)
	}
	return made, nil
}

// blobID is the id of an image; ok is false for what is none.
func blobID(text []byte) (id string, ok bool) {
	var b blob
	var short bytes.Buffer
	if json.Unmarshal(text, &b) != nil || b.Ref.Link == "" || json.Compact(&short, text) != nil {
		return "", false
	}
	return short.String(), true
}

// Ready implements platform.Publisher: images are ready at once.
func (k *Connector) Ready(_ context.Context, _ platform.Call, m platform.Prepared) (platform.Prepared, error) {
	m.Pending = false
	return m, nil
}
