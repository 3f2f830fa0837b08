package sandbox

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"bellwether/internal/platform"
	"bellwether/internal/platform/bluesky"
)

const (
	blueskyText   = 300 // graphemes of a post
	blueskyImages = 4
	blueskyImage  = 1_000_000 // bytes
	blueskyPost   = "app.bsky.feed.post"
	blueskyTime   = "2006-01-02T15:04:05.000Z"
)

// cid is the name of a content: a hash of it, and how that was made.
func cid(content []byte) string {
	sum := sha256.Sum256(content)
	raw := append([]byte{0x01, 0x55, 0x12, 0x20}, sum[:]...)
	return "b" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw))
}

// upload keeps an image. How large it may be, the record that shows it says.
func (b blueskyAPI) upload(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	kind := r.Header.Get("Content-Type")
	if err != nil || len(data) == 0 || kind == "" {
		b.invalid(w, "Request encoding (Content-Type) required but not provided")
		return
	}
	m := b.world.AddMedium(Medium{Platform: platform.Bluesky, AccountID: b.account().ID, ID: cid(data), Bytes: len(data), Caption: kind})
	answer(w, 200, map[string]any{"blob": map[string]any{
		"$type": "blob", "ref": map[string]string{"$link": m.ID}, "mimeType": kind, "size": m.Bytes,
	}})
}

// blueskyRecord is what createRecord is sent.
type blueskyRecord struct {
	Repo       string `json:"repo"`
	Collection string `json:"collection"`
	Key        string `json:"rkey"`
	Record     struct {
		Type    string    `json:"$type"`
		Text    string    `json:"text"`
		Created time.Time `json:"createdAt"`
		Facets  []struct {
			Index struct {
				Start int `json:"byteStart"`
				End   int `json:"byteEnd"`
			} `json:"index"`
		} `json:"facets"`
		Embed *blueskyEmbed `json:"embed"`
	} `json:"record"`
}

// blueskyEmbed is a card, or images.
type blueskyEmbed struct {
	Type     string `json:"$type"`
	External struct {
		URI         string  `json:"uri"`
		Title       *string `json:"title"`
		Description *string `json:"description"`
	} `json:"external"`
	Images []struct {
		Alt   *string `json:"alt"`
		Image struct {
			Type string `json:"$type"`
			Ref  struct {
				Link string `json:"$link"`
			} `json:"ref"`
			Kind string `json:"mimeType"`
			Size int    `json:"size"`
		} `json:"image"`
	} `json:"images"`
}

// create publishes. A key that is taken makes the server fail, in these words.
func (b blueskyAPI) create(w http.ResponseWriter, r *http.Request) {
	var in blueskyRecord
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		b.invalid(w, "Invalid "+blueskyPost+" record: "+err.Error())
		return
	}
	if name, text := b.wrong(in); text != "" {
		b.fail(w, 400, name, text)
		return
	}
	uri := "at://" + in.Repo + "/" + in.Collection + "/" + in.Key
	p := Post{Platform: platform.Bluesky, AccountID: in.Repo, ID: uri, Text: in.Record.Text, Key: in.Key, Permalink: bluesky.Permalink(in.Repo, in.Key)}
	if e := in.Record.Embed; e != nil {
		p.Link = e.External.URI
		for _, i := range e.Images {
			p.Media = append(p.Media, i.Image.Ref.Link)
		}
	}
	if _, fresh := b.world.Publish(p); !fresh {
		b.fail(w, 500, "InternalServerError", "Internal Server Error")
		return
	}
	answer(w, 200, map[string]string{"uri": uri, "cid": cid([]byte(p.Text)), "validationStatus": "valid"})
}

// blueskyKey is the form of the keys of posts.
var blueskyKey = regexp.MustCompile(`^[234567abcdefghij][234567a-z]{12}$`)

// wrong is the name of the refusal of a record, and why it is refused; no text when it isn't.
func (b blueskyAPI) wrong(in blueskyRecord) (name, text string) {
	const invalid, prefix = "InvalidRequest", "Invalid " + blueskyPost + " record: "
	switch {
	case in.Repo != b.account().ID:
		return invalid, "Could not find repo: " + in.Repo
	case in.Collection != blueskyPost || in.Record.Type != blueskyPost:
		return invalid, "Invalid $type: expected " + blueskyPost
	case !blueskyKey.MatchString(in.Key):
		return invalid, prefix + "the key is no TID"
	case uniseg.GraphemeClusterCount(in.Record.Text) > blueskyText:
		return invalid, prefix + "Record/text must not be longer than 300 graphemes"
	case in.Record.Created.IsZero():
		return invalid, prefix + `Record must have the property "createdAt"`
	}
	for _, f := range in.Record.Facets {
		if f.Index.Start < 0 || f.Index.End <= f.Index.Start || f.Index.End > len(in.Record.Text) {
			return invalid, prefix + "Record/facets/index is outside the text"
		}
	}
	if in.Record.Embed == nil {
		return "", ""
	}
	return b.wrongEmbed(*in.Record.Embed, invalid, prefix)
}

func (b blueskyAPI) wrongEmbed(e blueskyEmbed, invalid, prefix string) (name, text string) {
	switch {
	case e.Type == "app.bsky.embed.external":
		if e.External.URI == "" || e.External.Title == nil || e.External.Description == nil {
			return invalid, prefix + "Record/embed/external must have uri, title and description"
		}
		return "", ""
	case e.Type != "app.bsky.embed.images" || len(e.Images) == 0 || len(e.Images) > blueskyImages:
		return invalid, prefix + "Record/embed/images must be 1 to 4 images"
	}
	for _, i := range e.Images {
		m, ok := b.world.peek(platform.Bluesky, i.Image.Ref.Link)
		switch {
		case i.Alt == nil || i.Image.Type != "blob":
			return invalid, prefix + "Record/embed/images must have alt and image"
		case !ok:
			return bluesky.BlobUnknown, "Could not find blob: " + i.Image.Ref.Link
		case i.Image.Kind != m.Caption || i.Image.Size != m.Bytes || !strings.HasPrefix(m.Caption, "image/"):
			return "InvalidMimeType", fmt.Sprintf("Referenced Mimetype does not match stored blob. Expected: %s, Got: %s", m.Caption, i.Image.Kind)
		case m.Bytes > blueskyImage:
			return "BlobTooLarge", fmt.Sprintf("This file is too large. It is %d bytes but the maximum size is %d.", m.Bytes, blueskyImage)
		}
	}
	return "", ""
}

// record answers a post by its key.
func (b blueskyAPI) record(w http.ResponseWriter, r *http.Request) {
	repo, key := r.FormValue("repo"), r.FormValue("rkey")
	posts := b.world.Posts(platform.Bluesky, repo)
	n := slices.IndexFunc(posts, func(p Post) bool { return p.Key == key && key != "" })
	switch {
	case repo != b.account().ID:
		b.invalid(w, "Could not find repo: "+repo)
		return
	case n < 0 || r.FormValue("collection") != blueskyPost:
		b.fail(w, 400, "RecordNotFound", "Could not locate record: at://"+repo+"/"+r.FormValue("collection")+"/"+key)
		return
	}
	answer(w, 200, map[string]any{"uri": posts[n].ID, "cid": cid([]byte(posts[n].Text)), "value": map[string]any{
		"$type": blueskyPost, "text": posts[n].Text, "createdAt": posts[n].At.UTC().Format(blueskyTime),
	}})
}
