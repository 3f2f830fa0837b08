package sandbox

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"bellwether/internal/platform"
	"bellwether/internal/platform/meta"
)

// facebookAPI is the Graph API's Pages.
type facebookAPI struct{ graphAPI }

const (
	facebookText = 63_206 // UTF-16 units of a post
	repeats      = 3      // how many of a Page's newest posts one may not be the same as
	graphTime    = "2006-01-02T15:04:05-0700"
)

func newFacebook(w *World) api {
	f := facebookAPI{graphAPI{w, platform.Facebook}}
	mux := f.routes()
	const v = "/" + metaVersion
	mux.HandleFunc("GET "+v+"/me/accounts", f.known(f.pages))
	mux.HandleFunc("POST "+v+"/{page}/photos", f.known(f.asPage(f.photo)))
	mux.HandleFunc("POST "+v+"/{page}/feed", f.known(f.asPage(f.post)))
	mux.HandleFunc("GET "+v+"/{page}"+meta.PublishedPath, f.known(f.asPage(f.published)))
	mux.HandleFunc("GET "+v+"/{id}", f.known(f.object))
	return api{name: f.name, op: facebookOp, refuse: f.refuse, serve: mux}
}

func facebookOp(r *http.Request) string {
	switch op := graphOp(r); {
	case op != "":
		return op
	case strings.HasSuffix(r.URL.Path, "/me/accounts"):
		return "accounts"
	case strings.HasSuffix(r.URL.Path, "/photos"):
		return "prepare"
	case strings.HasSuffix(r.URL.Path, "/feed"):
		return "publish"
	case strings.HasSuffix(r.URL.Path, meta.PublishedPath):
		return "find"
	case r.URL.Query().Get("fields") == "access_token":
		return "page"
	}
	return "published"
}

func (f facebookAPI) refuse(w http.ResponseWriter, r *http.Request, kind string) {
	switch kind {
	case "blocked":
		f.fail(w, 400, 368, 1390008, "The action attempted has been deemed abusive or is otherwise disallowed")
	case "permission":
		f.fail(w, 403, 200, 0, "(#200) Requires pages_manage_posts permission to manage the object")
	case "suspended":
		f.fail(w, 403, 200, 0, "(#200) The Page is not available")
	case "throttled":
		f.fail(w, 400, 32, 0, "(#32) Page request limit reached")
	default:
		f.graphAPI.refuse(w, r, kind)
	}
}

func (f facebookAPI) pages(w http.ResponseWriter, r *http.Request) {
	list, paging := paged(r, f.name, f.world.pages, f.world.Accounts(f.name))
	data := []map[string]string{}
	for _, a := range list {
		data = append(data, map[string]string{"id": a.ID, "name": a.Name})
	}
	answer(w, 200, map[string]any{"data": data, "paging": paging})
}

// asPage lets calls through that the Page makes itself.
func (f facebookAPI) asPage(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id := r.PathValue("page")
		switch _, page := person(r.FormValue("access_token")); {
		case !f.isPage(id):
			f.graphAPI.refuse(w, r, "not_found")
		case page != id:
			f.fail(w, 403, 200, 0, "(#200) Posts of a Page must be made with the token of the Page")
		default:
			next(w, r)
		}
	}
}

func (f facebookAPI) isPage(id string) bool {
	_, ok := f.world.Account(f.name, id)
	return ok
}

// photo keeps an image that a post will show.
func (f facebookAPI) photo(w http.ResponseWriter, r *http.Request) {
	u, err := url.Parse(r.FormValue("url"))
	if err != nil || u.Host == "" || r.FormValue("published") != "false" {
		f.fail(w, 400, 324, 2069019, "(#324) Missing or invalid image file")
		return
	}
	m := f.world.AddMedium(Medium{Platform: f.name, AccountID: r.PathValue("page"), URL: u.String()})
	answer(w, 200, map[string]string{"id": m.ID})
}

// post publishes.
func (f facebookAPI) post(w http.ResponseWriter, r *http.Request) {
	p := Post{
		Platform: f.name, AccountID: r.PathValue("page"), Link: r.FormValue("link"),
		Text: strings.TrimSpace(strings.ReplaceAll(r.FormValue("message"), "\r\n", "\n")),
	}
	var photos []struct {
		ID string `json:"media_fbid"`
	}
	if list := r.FormValue("attached_media"); list != "" && json.Unmarshal([]byte(list), &photos) != nil {
		f.fail(w, 400, 100, 0, "(#100) Param attached_media must be an array.")
		return
	}
	for _, photo := range photos {
		m, ok := f.world.Medium(f.name, photo.ID)
		if !ok || m.AccountID != p.AccountID {
			f.fail(w, 400, 100, 33, "Unsupported post request. Object with ID '"+photo.ID+"' does not exist")
			return
		}
		p.Media = append(p.Media, m.ID)
	}
	switch {
	case p.Text == "" && p.Link == "" && len(p.Media) == 0:
		f.fail(w, 400, 100, 0, "(#100) Missing message or attachment")
	case len(utf16.Encode([]rune(p.Text))) > facebookText:
		f.fail(w, 400, 100, 0, "(#100) The message is too long")
	case f.repeated(p):
		f.fail(w, 400, meta.DuplicateCode, 0, "(#506) Duplicate status message")
	default:
		p.ID = p.AccountID + "_" + f.world.nextNumber()
		p, _ = f.world.Publish(p)
		answer(w, 200, map[string]string{"id": p.ID})
	}
}

// repeated reports whether the Page has just said the same. Images are new ones each time.
func (f facebookAPI) repeated(p Post) bool {
	newest := f.world.Posts(f.name, p.AccountID)
	return len(p.Media) == 0 && slices.ContainsFunc(newest[:min(repeats, len(newest))], func(there Post) bool {
		return len(there.Media) == 0 && there.Text == p.Text && there.Link == p.Link
	})
}

// nextNumber is number for who doesn't hold the lock.
func (w *World) nextNumber() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.number()
}

// published lists a Page's posts, the newest first.
func (f facebookAPI) published(w http.ResponseWriter, r *http.Request) {
	since, _ := strconv.ParseInt(r.FormValue("since"), 10, 64)
	list := slices.DeleteFunc(f.world.Posts(f.name, r.PathValue("page")), func(p Post) bool { return p.At.Unix() < since })
	page, paging := paged(r, f.name, f.world.pages, list)
	data := []map[string]any{}
	for _, p := range page {
		data = append(data, facebookPost(p))
	}
	answer(w, 200, map[string]any{"data": data, "paging": paging})
}

// facebookPost is a post in Facebook's words.
func facebookPost(p Post) map[string]any {
	out := map[string]any{"id": p.ID, "created_time": p.At.UTC().Format(graphTime), "permalink_url": p.Permalink}
	if p.Text != "" {
		out["message"] = p.Text
	}
	photos := []map[string]any{}
	for _, id := range p.Media {
		photos = append(photos, map[string]any{"media_type": "photo", "target": map[string]string{"id": id}})
	}
	switch {
	case len(photos) == 1:
		out["attachments"] = map[string]any{"data": photos}
	case len(photos) > 1:
		album := map[string]any{"media_type": "album", "subattachments": map[string]any{"data": photos}}
		out["attachments"] = map[string]any{"data": []any{album}}
	case p.Link != "":
		out["attachments"] = map[string]any{"data": []any{map[string]string{"media_type": "link", "unshimmed_url": p.Link}}}
	}
	return out
}

// object is a Page, with its token, or a post.
func (f facebookAPI) object(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	token, _ := person(r.FormValue("access_token"))
	if f.isPage(id) {
		answer(w, 200, map[string]string{"id": id, "access_token": pageToken(id, token)})
		return
	}
	posts := f.world.Posts(f.name, "")
	i := slices.IndexFunc(posts, func(p Post) bool { return p.ID == id })
	if i < 0 {
		f.graphAPI.refuse(w, r, "not_found")
		return
	}
	answer(w, 200, facebookPost(posts[i]))
}
