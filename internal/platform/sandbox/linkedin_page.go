package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"bellwether/internal/platform"
	"bellwether/internal/platform/linkedin"
)

// linkedinPageAPI is LinkedIn's Pages: the token endpoint is the same.
type linkedinPageAPI struct{ linkedinAPI }

func newLinkedInPage(w *World) api {
	l := linkedinPageAPI{linkedinAPI{w, platform.LinkedInPage}}
	mux := l.routes()
	const read, write = "r_organization_social", "w_organization_social"
	mux.HandleFunc("GET /rest/organizationAcls", l.allowed(linkedin.AdminScope, l.admins))
	mux.HandleFunc("GET /rest/organizations", l.allowed(linkedin.AdminScope, l.organizations))
	mux.HandleFunc("POST /rest/images", l.allowed(write, l.announce))
	mux.HandleFunc("PUT /dms-uploads/{urn}", l.upload)
	mux.HandleFunc("GET /rest/images/{urn}", l.allowed(write, l.image))
	mux.HandleFunc("POST /rest/posts", l.allowed(write, l.post))
	mux.HandleFunc("GET /rest/posts", l.allowed(read, l.posts))
	mux.HandleFunc("GET /feed/update/{id}", w.show(l.name))
	return api{name: l.name, op: linkedinPageOp, refuse: l.refuse, serve: mux}
}

func linkedinPageOp(r *http.Request) string {
	if op := linkedinAuthOp(r); op != "" {
		return op
	}
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/rest/organization"):
		return "accounts"
	case strings.HasPrefix(path, "/rest/images/"):
		return "ready"
	case path == "/rest/images" || strings.HasPrefix(path, "/dms-uploads/"):
		return "prepare"
	case path == "/rest/posts" && r.Method == http.MethodPost:
		return "publish"
	case path == "/rest/posts":
		return "find"
	}
	return "show"
}

// allowed lets calls through whose token is good for the scope.
func (l linkedinPageAPI) allowed(scope string, next http.HandlerFunc) http.HandlerFunc {
	return l.known(func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if g, _ := l.world.Grant(l.name, token); !slices.Contains(g.Scopes, scope) {
			l.refuse(w, r, "permission")
			return
		}
		next(w, r)
	})
}

func (l linkedinPageAPI) refuse(w http.ResponseWriter, r *http.Request, kind string) {
	switch kind {
	case "permission":
		l.fail(w, 403, "ACCESS_DENIED", 100, "Not enough permissions to access: POST /posts")
	case "suspended":
		l.fail(w, 403, linkedin.SuspendedCode, 0, "The organization is suspended")
	default:
		l.linkedinAPI.refuse(w, r, kind)
	}
}

// started cuts a list at the number that a query starts at, and says whether there is more behind.
func (l linkedinPageAPI) started(r *http.Request, all []any) map[string]any {
	from, _ := strconv.Atoi(linkedinQuery(r)["start"])
	from = min(max(from, 0), len(all))
	to := min(from+l.world.pages, len(all))
	links := []any{}
	if to < len(all) {
		links = append(links, map[string]string{"rel": "next", "type": "application/json", "href": r.URL.Path + "?start=" + strconv.Itoa(to)})
	}
	return map[string]any{
		"elements": append([]any{}, all[from:to]...),
		"paging":   map[string]any{"start": from, "count": l.world.pages, "links": links},
	}
}

// admins lists the organisations that the member administers.
func (l linkedinPageAPI) admins(w http.ResponseWriter, r *http.Request) {
	q := linkedinQuery(r)
	if q["q"] != "roleAssignee" || q["role"] != "ADMINISTRATOR" || q["state"] != "APPROVED" {
		l.fail(w, 400, "", 0, "Invalid query parameters passed to request")
		return
	}
	all := []any{}
	for _, a := range l.world.Accounts(l.name) {
		all = append(all, map[string]string{"organization": a.ID, "role": "ADMINISTRATOR", "state": "APPROVED", "roleAssignee": "urn:li:person:northwind"})
	}
	answer(w, 200, l.started(r, all))
}

// organizations tells the names of organisations.
func (l linkedinPageAPI) organizations(w http.ResponseWriter, r *http.Request) {
	list, ok := strings.CutPrefix(linkedinQuery(r)["ids"], "List(")
	list, closed := strings.CutSuffix(list, ")")
	if !ok || !closed {
		l.fail(w, 400, "", 0, "Invalid query parameters passed to request")
		return
	}
	results, statuses := map[string]any{}, map[string]int{}
	for id := range strings.SplitSeq(list, ",") {
		statuses[id] = http.StatusNotFound
		if a, ok := l.world.Account(l.name, "urn:li:organization:"+id); ok {
			results[id], statuses[id] = map[string]any{"id": id, "localizedName": a.Name}, http.StatusOK
		}
	}
	answer(w, 200, map[string]any{"results": results, "statuses": statuses, "errors": map[string]any{}})
}
