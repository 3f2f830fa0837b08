package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/x"
	"bellwether/internal/post"
)

const (
	xImage  = 5 << 20 // bytes of an image
	xImages = 4       // of a post
)

// account is whose grants they are: there is one.
func (a xAPI) account() Account { return a.world.Accounts(platform.X)[0] }

func (a xAPI) me(w http.ResponseWriter, _ *http.Request) {
	one := a.account()
	answer(w, 200, map[string]any{"data": map[string]string{"id": one.ID, "username": one.Name, "name": one.Name}})
}

// upload keeps an image: X is at work on it until it was asked twice.
func (a xAPI) upload(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Media    []byte `json:"media"` // base64
		Category string `json:"media_category"`
		Type     string `json:"media_type"`
	}
	types := []string{"image/jpeg", "image/png", "image/webp", "image/bmp", "image/tiff"}
	err := json.NewDecoder(r.Body).Decode(&in)
	if err != nil || in.Category != "tweet_image" || !slices.Contains(types, in.Type) || len(in.Media) == 0 || len(in.Media) > xImage {
		a.refuse(w, r, "invalid")
		return
	}
	one := a.world.AddMedium(Medium{Platform: platform.X, AccountID: a.account().ID, Bytes: len(in.Media)})
	answer(w, 200, map[string]any{"data": xMedium(one.ID, "pending")})
}

// xMedium is an image in X's words.
func xMedium(id, state string) map[string]any {
	return map[string]any{"id": id, "media_key": x.KeyPrefix + id, "expires_after_secs": 86400, "processing_info": map[string]any{"state": state}}
}

func (a xAPI) uploaded(w http.ResponseWriter, r *http.Request) {
	one, ok := a.world.Medium(platform.X, r.FormValue("media_id"))
	switch {
	case r.FormValue("command") != "STATUS":
		a.refuse(w, r, "invalid")
	case !ok:
		a.refuse(w, r, "not_found")
	case one.Polls < 2:
		answer(w, 200, map[string]any{"data": xMedium(one.ID, "in_progress")})
	default:
		answer(w, 200, map[string]any{"data": xMedium(one.ID, "succeeded")})
	}
}

// describe gives an image the text that it is read out by.
func (a xAPI) describe(w http.ResponseWriter, r *http.Request) {
	var in struct {
		ID       string `json:"id"`
		Metadata struct {
			Alt struct {
				Text string `json:"text"`
			} `json:"alt_text"`
		} `json:"metadata"`
	}
	err := json.NewDecoder(r.Body).Decode(&in)
	text := in.Metadata.Alt.Text
	if err != nil || text == "" || !a.world.amend(platform.X, in.ID, func(m *Medium) { m.Caption = text }) {
		a.refuse(w, r, "invalid")
		return
	}
	answer(w, 200, map[string]any{"data": map[string]any{"id": in.ID, "associated_metadata": in.Metadata}})
}

// amend changes an image; it answers whether there is one of the id.
func (w *World) amend(platform, id string, change func(*Medium)) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := slices.IndexFunc(w.state.Media, func(m Medium) bool { return m.Platform == platform && m.ID == id })
	if n >= 0 {
		change(&w.state.Media[n])
		w.keep()
	}
	return n >= 0
}

// post publishes.
func (a xAPI) post(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Text  string `json:"text"`
		Media struct {
			IDs []string `json:"media_ids"`
		} `json:"media"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		a.refuse(w, r, "invalid")
		return
	}
	p := Post{Platform: platform.X, AccountID: a.account().ID, Text: strings.TrimSpace(in.Text), Media: in.Media.IDs}
	limits, _ := post.LimitsOf(platform.X)
	switch {
	case p.Text == "" && len(p.Media) == 0 || limits.Length(p.Text) > limits.Text:
		a.refuse(w, r, "invalid")
	case len(p.Media) > xImages || slices.ContainsFunc(p.Media, a.unfinished):
		a.fail(w, 400, "invalid-request", "Invalid Request", "Your media IDs are invalid.")
	case a.repeated(p):
		a.fail(w, 403, "", "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
	default:
		p, _ = a.world.Publish(p)
		text, _ := xText(p)
		answer(w, 201, map[string]any{"data": map[string]any{"id": p.ID, "text": text, "edit_history_tweet_ids": []string{p.ID}}})
	}
}

// unfinished reports whether there is no image of the id, or none that X is done with.
func (a xAPI) unfinished(id string) bool {
	one, ok := a.world.peek(platform.X, id)
	return !ok || one.Polls < 2
}

// repeated reports whether the account has just said the same. Images are new ones each time.
func (a xAPI) repeated(p Post) bool {
	newest := a.world.Posts(platform.X, p.AccountID)
	return len(p.Media) == 0 && slices.ContainsFunc(newest[:min(repeats, len(newest))], func(there Post) bool {
		return len(there.Media) == 0 && there.Text == p.Text
	})
}

// tweets lists the account's posts, the newest first.
func (a xAPI) tweets(w http.ResponseWriter, r *http.Request) {
	since, err := time.Parse(time.RFC3339, r.FormValue("start_time"))
	if size, _ := strconv.Atoi(r.FormValue("max_results")); err != nil || size < 5 || size > 100 {
		a.refuse(w, r, "invalid")
		return
	}
	if r.PathValue("id") != a.account().ID {
		a.refuse(w, r, "not_found")
		return
	}
	list := slices.DeleteFunc(a.world.Posts(platform.X, r.PathValue("id")), func(p Post) bool { return p.At.Before(since) })
	from, _ := strconv.Atoi(strings.TrimPrefix(r.FormValue("pagination_token"), "7140dibdnow9c7btw"))
	from = min(max(from, 0), len(list))
	to := min(from+a.world.pages, len(list))
	meta, data := map[string]any{"result_count": to - from}, []map[string]any{}
	for _, p := range list[from:to] {
		data = append(data, xPost(p))
	}
	out := map[string]any{"meta": meta}
	if len(data) > 0 { // an empty list is left out
		out["data"] = data
	}
	if to < len(list) {
		meta["next_token"] = "7140dibdnow9c7btw" + strconv.Itoa(to)
	}
	answer(w, 200, out)
}

// xPost is a post in X's words.
func xPost(p Post) map[string]any {
	text, links := xText(p)
	out := map[string]any{"id": p.ID, "text": text, "created_at": p.At.UTC().Format("2006-01-02T15:04:05.000Z"), "edit_history_tweet_ids": []string{p.ID}}
	if len(links) > 0 {
		out["entities"] = map[string]any{"urls": links}
	}
	var keys []string
	for _, id := range p.Media {
		keys = append(keys, x.KeyPrefix+id)
	}
	if len(keys) > 0 {
		out["attachments"] = map[string]any{"media_keys": keys}
	}
	return out
}

// xEscape writes a text as HTML.
var xEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

var xURL = regexp.MustCompile(`https?://\S+`)

// xText is a text as X shows it, with its links: it shortens each one, and puts one for the images at the end.
func xText(p Post) (text string, links []map[string]string) {
	short := func(more map[string]string) string {
		more["url"] = fmt.Sprintf("https://t.co/%s%d", p.ID, len(links))
		links = append(links, more)
		return more["url"]
	}
	var out strings.Builder
	end := 0
	for _, at := range xURL.FindAllStringIndex(p.Text, -1) {
		out.WriteString(xEscape.Replace(p.Text[end:at[0]]))
		out.WriteString(short(map[string]string{"expanded_url": p.Text[at[0]:at[1]]}))
		end = at[1]
	}
	out.WriteString(xEscape.Replace(p.Text[end:]))
	for _, id := range p.Media {
		page := "https://x.com/northwindshop/status/" + p.ID + "/photo/1"
		if len(links) == 0 || links[len(links)-1]["media_key"] == "" {
			out.WriteString(" " + short(map[string]string{"expanded_url": page, "media_key": x.KeyPrefix + id}))
			continue
		}
		links = append(links, map[string]string{"expanded_url": page, "media_key": x.KeyPrefix + id, "url": links[len(links)-1]["url"]})
	}
	return strings.TrimSpace(out.String()), links
}
