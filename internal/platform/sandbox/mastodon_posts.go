package sandbox

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"bellwether/internal/platform"
	"bellwether/internal/platform/mastodon"
)

const (
	mastodonText   = 500 // characters of a post, each link counting for 23
	mastodonLink   = 23
	mastodonImages = 4
	mastodonTime   = "2006-01-02T15:04:05.000Z"
)

// post publishes. A key that the instance knows is answered with its post.
func (m mastodonAPI) post(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Text       string   `json:"status"`
		Media      []string `json:"media_ids"`
		Visibility string   `json:"visibility"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		m.fail(w, 400, "The request can't be read")
		return
	}
	p := Post{Platform: platform.Mastodon, AccountID: m.account().ID, Text: strings.TrimSpace(in.Text), Media: in.Media, Key: r.Header.Get("Idempotency-Key")}
	if there, known := m.keyed(p.Key); known {
		if m.world.now().Sub(there.At) < mastodon.KeyLife {
			answer(w, 200, mastodonStatus(there))
			return
		}
		p.Key = "" // forgotten: it is another post
	}
	if text := m.wrong(p); text != "" {
		m.fail(w, 422, text)
		return
	}
	p, _ = m.world.Publish(p)
	answer(w, 200, mastodonStatus(p))
}

// keyed is the post that was made with the key.
func (m mastodonAPI) keyed(key string) (Post, bool) {
	posts := m.world.Posts(platform.Mastodon, "")
	n := slices.IndexFunc(posts, func(p Post) bool { return key != "" && p.Key == key })
	if n < 0 {
		return Post{}, false
	}
	return posts[n], true
}

var mastodonURL = regexp.MustCompile(`https?://\S+`)

// wrong is why the instance does not take the post, "" when it does.
func (m mastodonAPI) wrong(p Post) string {
	length := utf8.RuneCountInString(mastodonURL.ReplaceAllString(p.Text, strings.Repeat("x", mastodonLink)))
	switch {
	case p.Text == "" && len(p.Media) == 0:
		return "Validation failed: Text can't be blank"
	case length > mastodonText:
		return "Validation failed: Text character limit of 500 exceeded"
	case len(p.Media) > mastodonImages:
		return "Cannot attach more than 4 files"
	}
	for _, id := range p.Media {
		one, ok := m.world.peek(platform.Mastodon, id)
		switch {
		case !ok || m.attached(id):
			return "Media " + id + " was not found or is already attached to another post"
		case one.Polls < 2:
			return "Cannot attach files that have not finished processing. Try again in a moment!"
		}
	}
	return ""
}

// statuses lists the account's posts, the newest first.
func (m mastodonAPI) statuses(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("id") != m.account().ID {
		m.fail(w, 404, "Record not found")
		return
	}
	list := m.world.Posts(platform.Mastodon, r.PathValue("id"))
	if before, err := strconv.ParseInt(r.FormValue("max_id"), 10, 64); err == nil {
		list = slices.DeleteFunc(list, func(p Post) bool {
			id, _ := strconv.ParseInt(p.ID, 10, 64)
			return id >= before
		})
	}
	out := []map[string]any{}
	for _, p := range list[:min(m.world.pages, len(list))] {
		out = append(out, mastodonStatus(p))
	}
	if len(out) < len(list) {
		q := r.URL.Query()
		q.Set("max_id", list[len(out)-1].ID)
		next := url.URL{Scheme: "https", Host: "elsewhere.example", Path: r.URL.Path, RawQuery: q.Encode()}
		w.Header().Set("Link", "<"+next.String()+`>; rel="next"`)
	}
	answer(w, 200, out)
}

// mastodonStatus is a post in Mastodon's words.
func mastodonStatus(p Post) map[string]any {
	media := []map[string]any{}
	for _, id := range p.Media {
		media = append(media, mastodonMedium(id, true))
	}
	return map[string]any{
		"id": p.ID, "created_at": p.At.UTC().Format(mastodonTime), "url": p.Permalink, "visibility": "public",
		"replies_count": 0, "reblogs_count": 0, "favourites_count": 0, "content": mastodonHTML(p.Text), "media_attachments": media,
	}
}

// mastodonHTML is a text as posts show it: in paragraphs, and of links the middle only.
func mastodonHTML(text string) string {
	var out strings.Builder
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		out.WriteString("<p>" + strings.ReplaceAll(mastodonLinks(paragraph), "\n", "<br />") + "</p>")
	}
	return out.String()
}

func mastodonLinks(text string) string {
	const shown = 30
	var out strings.Builder
	end := 0
	for _, at := range mastodonURL.FindAllStringIndex(text, -1) {
		scheme, rest, _ := strings.Cut(text[at[0]:at[1]], "://")
		middle := min(shown, len(rest))
		for !utf8.RuneStart((rest + " ")[middle]) {
			middle--
		}
		out.WriteString(html.EscapeString(text[end:at[0]]))
		out.WriteString(`<a href="` + html.EscapeString(text[at[0]:at[1]]) + `" target="_blank" rel="nofollow noopener"><span class="invisible">` + scheme + `://</span>`)
		out.WriteString(`<span class="ellipsis">` + html.EscapeString(rest[:middle]) + `</span><span class="invisible">` + html.EscapeString(rest[middle:]) + `</span></a>`)
		end = at[1]
	}
	out.WriteString(html.EscapeString(text[end:]))
	return out.String()
}
