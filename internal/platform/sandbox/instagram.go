package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"bellwether/internal/platform"
	"bellwether/internal/platform/meta"
)

// instagramAPI is the Graph API's Instagram accounts.
type instagramAPI struct{ graphAPI }

const (
	instagramText  = 2_200 // UTF-16 units of a caption
	instagramQuota = 50    // posts in 24 hours
	fewest, most   = 2, 10 // images of a carousel
)

func newInstagram(w *World) api {
	i := instagramAPI{graphAPI{w, platform.Instagram}}
	mux := i.routes()
	const v = "/" + metaVersion
	mux.HandleFunc("GET "+v+"/me/accounts", i.known(i.pages))
	mux.HandleFunc("POST "+v+"/{account}/media", i.known(i.own(i.prepare)))
	mux.HandleFunc("POST "+v+"/{account}/media_publish", i.known(i.own(i.publish)))
	mux.HandleFunc("GET "+v+"/{account}/media", i.known(i.own(i.media)))
	mux.HandleFunc("GET "+v+"/{account}/content_publishing_limit", i.known(i.own(i.limit)))
	mux.HandleFunc("GET "+v+"/{id}", i.known(i.object))
	return api{name: i.name, op: instagramOp, refuse: i.refuse, serve: mux}
}

func instagramOp(r *http.Request) string {
	fields := r.URL.Query().Get("fields")
	switch op := graphOp(r); {
	case op != "":
		return op
	case strings.HasSuffix(r.URL.Path, "/me/accounts"):
		return "accounts"
	case strings.HasSuffix(r.URL.Path, "/media_publish"):
		return "publish"
	case strings.HasSuffix(r.URL.Path, "/content_publishing_limit"):
		return "allowance"
	case strings.HasSuffix(r.URL.Path, "/media") && r.Method == http.MethodPost:
		return "prepare"
	case strings.HasSuffix(r.URL.Path, "/media"), fields == "status_code":
		return "find"
	case strings.Contains(fields, "status_code"):
		return "ready"
	}
	return "published"
}

func (i instagramAPI) refuse(w http.ResponseWriter, r *http.Request, kind string) {
	switch kind {
	case "blocked":
		i.fail(w, 400, 4, 2207051, "We restrict certain activity to protect our community.")
	case "quota":
		i.fail(w, 400, 9, 2207042, "The account has reached the maximum number of posts that may be published.")
	case "suspended":
		i.fail(w, 400, 25, 2207050, "The Instagram account is restricted.")
	case "permission":
		i.fail(w, 403, 10, 0, "(#10) Application does not have permission for this action")
	case "throttled":
		w.Header().Set("X-Business-Use-Case-Usage", `{"17841400000000001":[{"type":"instagram","call_count":100,"total_cputime":25,"total_time":25,"estimated_time_to_regain_access":3}]}`)
		i.fail(w, 400, 80002, 0, "(#80002) There have been too many calls to this Instagram account.")
	default:
		i.graphAPI.refuse(w, r, kind)
	}
}

// pages lists the Pages: each of the accounts is linked with one, and further Pages have none.
func (i instagramAPI) pages(w http.ResponseWriter, r *http.Request) {
	pages, accounts := i.world.Accounts(platform.Facebook), i.world.Accounts(i.name)
	data := []map[string]any{}
	for n := range max(len(pages), len(accounts)) {
		page := map[string]any{"id": strconv.Itoa(n + 1)}
		if n < len(pages) {
			page["id"] = pages[n].ID
		}
		if n < len(accounts) {
			page["instagram_business_account"] = map[string]string{"id": accounts[n].ID, "username": accounts[n].Name}
		}
		data = append(data, page)
	}
	list, paging := paged(r, i.name, i.world.pages, data)
	answer(w, 200, map[string]any{"data": list, "paging": paging})
}

// own lets calls through that name an account.
func (i instagramAPI) own(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, ok := i.world.Account(i.name, r.PathValue("account")); !ok {
			i.graphAPI.refuse(w, r, "not_found")
			return
		}
		next(w, r)
	}
}

// prepare makes a container.
func (i instagramAPI) prepare(w http.ResponseWriter, r *http.Request) {
	m := Medium{Platform: i.name, AccountID: r.PathValue("account"), Caption: strings.TrimSpace(r.FormValue("caption"))}
	if len(utf16.Encode([]rune(m.Caption))) > instagramText {
		i.fail(w, 400, 36004, 2207010, "The caption is too long.")
		return
	}
	if r.FormValue("media_type") == "CAROUSEL" {
		m.Children = strings.Split(r.FormValue("children"), ",")
		known := func(id string) bool {
			child, ok := i.world.peek(i.name, id)
			return ok && child.AccountID == m.AccountID && len(child.Children) == 0
		}
		if len(m.Children) < fewest || len(m.Children) > most || slices.ContainsFunc(m.Children, func(id string) bool { return !known(id) }) {
			i.fail(w, 400, 100, 2207028, "The post won't work as a carousel.")
			return
		}
	} else if u, err := url.Parse(r.FormValue("image_url")); err != nil || u.Host == "" {
		i.fail(w, 400, 9004, 2207052, "The media could not be fetched from this URI.")
		return
	} else {
		m.URL = u.String()
	}
	answer(w, 200, map[string]string{"id": i.world.AddMedium(m).ID})
}

// peek finds an image without asking for its state.
func (w *World) peek(platform, id string) (Medium, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := slices.IndexFunc(w.state.Media, func(m Medium) bool { return m.Platform == platform && m.ID == id })
	if n < 0 {
		return Medium{}, false
	}
	return w.state.Media[n], true
}

// state is a container's: it is ready when it is asked for the second time, and lives for a day.
func (i instagramAPI) state(m Medium) string {
	switch {
	case slices.ContainsFunc(i.world.Posts(i.name, m.AccountID), func(p Post) bool { return p.Key == m.ID }):
		return meta.IsPublic
	case i.world.now().Sub(m.At) >= 24*time.Hour:
		return meta.Expired
	case m.Polls < 2:
		return meta.InProgress
	}
	return meta.Finished
}

func (i instagramAPI) publish(w http.ResponseWriter, r *http.Request) {
	m, ok := i.world.peek(i.name, r.FormValue("creation_id"))
	if !ok || m.AccountID != r.PathValue("account") {
		i.fail(w, 400, 24, 2207006, "The media can't be found.")
		return
	}
	switch state := i.state(m); {
	case state == meta.IsPublic:
		i.fail(w, 400, 24, 2207006, "The media was published before.")
	case state == meta.Expired:
		i.fail(w, 400, -2, 2207020, "The media you are trying to access has expired.")
	case state == meta.InProgress:
		i.fail(w, 400, 9007, 2207027, "The media is not ready for publishing.")
	case i.used(m.AccountID) >= instagramQuota:
		i.refuse(w, r, "quota")
	default:
		p := Post{Platform: i.name, AccountID: m.AccountID, Text: m.Caption, Media: m.Children, Key: m.ID}
		if len(p.Media) == 0 {
			p.Media = []string{m.ID}
		}
		p, fresh := i.world.Publish(p)
		if !fresh { // by another call at the same time
			i.fail(w, 400, 24, 2207006, "The media was published before.")
			return
		}
		answer(w, 200, map[string]string{"id": p.ID})
	}
}

// used is how many posts the account made in the last 24 hours.
func (i instagramAPI) used(account string) (n int) {
	for _, p := range i.world.Posts(i.name, account) {
		if i.world.now().Sub(p.At) < 24*time.Hour {
			n++
		}
	}
	return n
}

func (i instagramAPI) limit(w http.ResponseWriter, r *http.Request) {
	answer(w, 200, map[string]any{"data": []map[string]any{{
		"quota_usage": i.used(r.PathValue("account")), "config": map[string]int{"quota_total": instagramQuota, "quota_duration": 86_400},
	}}})
}

// media lists an account's posts, the newest first.
func (i instagramAPI) media(w http.ResponseWriter, r *http.Request) {
	since, _ := strconv.ParseInt(r.FormValue("since"), 10, 64)
	list := slices.DeleteFunc(i.world.Posts(i.name, r.PathValue("account")), func(p Post) bool { return p.At.Unix() < since })
	page, paging := paged(r, i.name, i.world.pages, list)
	data := []map[string]any{}
	for _, p := range page {
		data = append(data, instagramPost(p))
	}
	answer(w, 200, map[string]any{"data": data, "paging": paging})
}

// instagramPost is a post in Instagram's words.
func instagramPost(p Post) map[string]any {
	out := map[string]any{"id": p.ID, "permalink": p.Permalink, "timestamp": p.At.UTC().Format(graphTime)}
	if p.Text != "" {
		out["caption"] = p.Text
	}
	if len(p.Media) > 1 {
		children := []map[string]string{}
		for _, id := range p.Media {
			children = append(children, map[string]string{"id": id})
		}
		out["children"] = map[string]any{"data": children}
	}
	return out
}

// object is a container, whose state is asked for, or a post.
func (i instagramAPI) object(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if strings.Contains(r.FormValue("fields"), "status_code") {
		m, ok := i.world.Medium(i.name, id)
		if !ok {
			i.graphAPI.refuse(w, r, "not_found")
			return
		}
		state := i.state(m)
		answer(w, 200, map[string]string{"id": id, "status_code": state, "status": state})
		return
	}
	posts := i.world.Posts(i.name, "")
	n := slices.IndexFunc(posts, func(p Post) bool { return p.ID == id })
	if n < 0 {
		i.graphAPI.refuse(w, r, "not_found")
		return
	}
	answer(w, 200, instagramPost(posts[n]))
}
