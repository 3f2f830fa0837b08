package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"bellwether/internal/platform/linkedin"
)

const (
	linkedinText  = 3000    // UTF-16 units of a post
	linkedinImage = 9 << 20 // bytes of an image: it is its pixels that LinkedIn counts
)

// announce names an image that is to come, and where to: at LinkedIn's own host, as ever.
func (l linkedinPageAPI) announce(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Request struct {
			Owner string `json:"owner"`
		} `json:"initializeUploadRequest"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || r.URL.Query().Get("action") != "initializeUpload" {
		l.refuse(w, r, "invalid")
		return
	}
	if _, ok := l.world.Account(l.name, in.Request.Owner); !ok {
		l.refuse(w, r, "permission")
		return
	}
	m := l.world.AddMedium(Medium{Platform: l.name, AccountID: in.Request.Owner, ID: "urn:li:image:C4E10AQ" + l.world.nextNumber()})
	answer(w, 200, map[string]any{"value": map[string]any{
		"uploadUrl": "https://www.linkedin.com/dms-uploads/" + m.ID + "?ca=vector_ads&cn=uploads&sync=0", "image": m.ID,
		"uploadUrlExpiresAt": l.world.now().UnixMilli() + 86_400_000,
	}})
}

// upload takes an image. It wants the token, but neither version nor protocol.
func (l linkedinPageAPI) upload(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if _, state := l.world.Grant(l.name, token); state != Valid {
		l.refuse(w, r, "expired")
		return
	}
	size, err := io.Copy(io.Discard, r.Body)
	if err != nil || size == 0 || size > linkedinImage || !l.world.amend(l.name, r.PathValue("urn"), func(m *Medium) { m.Bytes = int(size) }) {
		l.refuse(w, r, "invalid")
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// image is ready when it is asked for the second time.
func (l linkedinPageAPI) image(w http.ResponseWriter, r *http.Request) {
	m, ok := l.world.Medium(l.name, r.PathValue("urn"))
	state := linkedin.ImageAvailable
	switch {
	case !ok:
		l.refuse(w, r, "not_found")
		return
	case m.Bytes == 0:
		state = linkedin.ImageWaiting
	case m.Polls < 2:
		state = linkedin.ImageProcessing
	}
	answer(w, 200, map[string]string{"id": m.ID, "owner": m.AccountID, "status": state})
}

// linkedinContent is what stands below a post's text.
type linkedinContent struct {
	Media struct {
		ID  string `json:"id"`
		Alt string `json:"altText,omitempty"`
	} `json:"media,omitzero"`
	Article struct {
		Source string `json:"source"`
		Title  string `json:"title"`
	} `json:"article,omitzero"`
}

// post publishes. Nothing but a header tells the post's id.
func (l linkedinPageAPI) post(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Author       string          `json:"author"`
		Commentary   *string         `json:"commentary"`
		Visibility   string          `json:"visibility"`
		State        string          `json:"lifecycleState"`
		Content      linkedinContent `json:"content"`
		Distribution struct {
			Feed string `json:"feedDistribution"`
		} `json:"distribution"`
	}
	err := json.NewDecoder(r.Body).Decode(&in)
	if err != nil || in.Commentary == nil || in.Visibility != "PUBLIC" || in.State != "PUBLISHED" || in.Distribution.Feed != "MAIN_FEED" {
		l.refuse(w, r, "invalid")
		return
	}
	p := Post{Platform: l.name, AccountID: in.Author, Text: strings.TrimSpace(linkedinPlain(*in.Commentary)), Link: in.Content.Article.Source}
	if in.Content.Media.ID != "" {
		p.Media = []string{in.Content.Media.ID}
	}
	_, ours := l.world.Account(l.name, p.AccountID)
	switch there, repeated := l.repeated(p); {
	case !ours:
		l.refuse(w, r, "permission")
	case p.Text == "" && p.Link == "" && len(p.Media) == 0 || len(utf16.Encode([]rune(p.Text))) > linkedinText:
		l.fail(w, 422, "", 0, "The commentary is empty or too long")
	case p.Link != "" && (in.Content.Article.Title == "" || len(p.Media) > 0) || slices.ContainsFunc(p.Media, l.unfinished):
		l.fail(w, 422, "", 0, "The content is not valid")
	case repeated:
		l.fail(w, 422, "", 0, "Content is a duplicate of "+there.ID)
	default:
		p.ID = "urn:li:share:" + l.world.nextNumber()
		p, _ = l.world.Publish(p)
		w.Header().Set("X-Restli-Id", p.ID)
		w.WriteHeader(http.StatusCreated)
	}
}

// unfinished reports whether there is no image of the URN, or none that LinkedIn is done with.
func (l linkedinPageAPI) unfinished(urn string) bool {
	m, ok := l.world.peek(l.name, urn)
	return !ok || m.Bytes == 0 || m.Polls < 2
}

// repeated finds what the organisation has just said with the same words. Images are new ones each time.
func (l linkedinPageAPI) repeated(p Post) (Post, bool) {
	newest := l.world.Posts(l.name, p.AccountID)
	for _, there := range newest[:min(repeats, len(newest))] {
		if len(p.Media) == 0 && len(there.Media) == 0 && there.Text == p.Text && there.Link == p.Link {
			return there, true
		}
	}
	return Post{}, false
}

// posts lists an organisation's posts, the newest first.
func (l linkedinPageAPI) posts(w http.ResponseWriter, r *http.Request) {
	q := linkedinQuery(r)
	author, err := url.QueryUnescape(q["author"])
	if err != nil || strings.Contains(q["author"], ":") || q["q"] != "author" || r.Header.Get("X-Restli-Method") != "FINDER" {
		l.fail(w, 400, "", 0, "Invalid query parameters passed to request")
		return
	}
	if _, ok := l.world.Account(l.name, author); !ok {
		l.refuse(w, r, "permission")
		return
	}
	all := []any{}
	for _, p := range l.world.Posts(l.name, author) {
		var content linkedinContent
		if len(p.Media) > 0 {
			content.Media.ID = p.Media[0]
		}
		content.Article.Source = p.Link
		all = append(all, map[string]any{
			"id": p.ID, "author": p.AccountID, "commentary": linkedinLittle(p.Text), "content": content, "visibility": "PUBLIC",
			"lifecycleState": "PUBLISHED", "createdAt": p.At.UnixMilli(), "publishedAt": p.At.UnixMilli(), "lastModifiedAt": p.At.UnixMilli(),
		})
	}
	answer(w, 200, l.started(r, all))
}

// linkedinSigns are those that have a meaning in LinkedIn's texts unless a backslash stands before them.
const linkedinSigns = `\<>#~_|*@()[]{}`

// linkedinPlain is what a text shows: it ends at a sign that has a meaning but makes no sense.
func linkedinPlain(little string) string {
	var out strings.Builder
	runes := []rune(little)
	for n := 0; n < len(runes); n++ {
		next := rune(0)
		if n+1 < len(runes) {
			next = runes[n+1]
		}
		switch {
		case runes[n] == '\\' && next != 0:
			out.WriteRune(next)
			n++
		case runes[n] == '#' && (unicode.IsLetter(next) || unicode.IsDigit(next)) || !strings.ContainsRune(linkedinSigns, runes[n]):
			out.WriteRune(runes[n])
		default:
			return out.String()
		}
	}
	return out.String()
}

// linkedinLittle is a text as LinkedIn writes it back: with its tags in a form of their own.
func linkedinLittle(text string) string {
	var out strings.Builder
	for word := range strings.SplitAfterSeq(text, " ") {
		tag, ok := strings.CutPrefix(strings.TrimRightFunc(word, unicode.IsSpace), "#")
		if ok && tag != "" && strings.IndexFunc(tag, func(r rune) bool { return !unicode.IsLetter(r) }) < 0 {
			out.WriteString(`{hashtag|\#|` + tag + `}` + word[1+len(tag):])
			continue
		}
		for _, r := range word {
			if strings.ContainsRune(linkedinSigns, r) {
				out.WriteByte('\\')
			}
			out.WriteRune(r)
		}
	}
	return out.String()
}
