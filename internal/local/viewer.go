package local

import (
	"embed"
	"encoding/json"
	"html/template"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// localPrefix begins the paths of the runner's own pages, which the deployed system does not have.
const localPrefix = "/_local"

//go:embed viewer.html signin.html
var pages embed.FS

type viewer struct {
	system *System
	page   *template.Template
}

func newViewer(s *System) http.Handler {
	v := viewer{s, template.Must(template.ParseFS(pages, "viewer.html", "signin.html"))}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+localPrefix, v.show)
	mux.HandleFunc("GET "+localPrefix+"/state", v.state)
	mux.HandleFunc("POST "+localPrefix+"/token", v.token)
	mux.HandleFunc("POST "+localPrefix+"/subscriptions/{id}/confirm", v.confirm)
	mux.HandleFunc("POST "+localPrefix+"/dead-letters/{id}/redrive", v.redrive)
	mux.Handle("POST "+localPrefix+"/sink/", http.StripPrefix(localPrefix+"/sink", s.sink))
	mux.HandleFunc("GET "+localPrefix+"/issuer"+authorizePath, v.signInPage)
	mux.HandleFunc("POST "+localPrefix+"/issuer"+authorizePath, v.signInPage)
	mux.Handle("GET "+localPrefix+"/issuer/", http.StripPrefix(localPrefix+"/issuer", s.issuer))
	return ownPages(mux)
}

// ownPages refuses pages of other sites: the runner signs in whoever asks, so a page in the
// developer's browser must not be able to ask.
func ownPages(next http.Handler) http.Handler {
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !private(r.Host) {
			http.Error(w, "these pages answer under a name of this machine or network only", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	}))
}

// private tells names that nobody outside can give: an address, localhost, a name within a network.
// Another site's name can be made to point here, and its page would then pass for one of ours.
func private(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if net.ParseIP(strings.Trim(host, "[]")) != nil || !strings.Contains(host, ".") {
		return true
	}
	return slices.ContainsFunc([]string{".localhost", ".internal", ".local"}, func(end string) bool { return strings.HasSuffix(host, end) })
}

func (v viewer) show(w http.ResponseWriter, _ *http.Request) {
	st, err := v.system.State()
	if err != nil {
		http.Error(w, "the state can't be read", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
	if err := v.page.ExecuteTemplate(w, "viewer.html", pageOf(st)); err != nil {
		v.system.log("show the state: %v", err)
	}
}

func (v viewer) state(w http.ResponseWriter, _ *http.Request) {
	st, err := v.system.State()
	if err != nil {
		http.Error(w, "the state can't be read", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.Encode(st)
}

// token signs in whoever asks: curl -d email=ada@example.com localhost:8080/_local/token
func (v viewer) token(w http.ResponseWriter, r *http.Request) {
	t, err := v.system.issuer.token(r.FormValue("email"), r.FormValue("name"), "")
	if err != nil {
		http.Error(w, "email must be an address like ada@example.com", http.StatusBadRequest)
		return
	}
	v.system.gateway.forget()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Write([]byte(t))
}

// confirm agrees for the owner of an address, as the link in SNS's mail would.
func (v viewer) confirm(w http.ResponseWriter, r *http.Request) {
	found, err := v.system.journal.confirm(r.PathValue("id"))
	if err != nil || !found {
		http.Error(w, "there is no such subscription", http.StatusNotFound)
		return
	}
	http.Redirect(w, r, localPrefix, http.StatusSeeOther)
}

func (v viewer) redrive(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseUint(r.PathValue("id"), 10, 64)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	found, err := v.system.journal.redrive(id, v.system.now())
	if err != nil || !found {
		http.Error(w, "there is no such dead letter", http.StatusNotFound)
		return
	}
	v.system.poke()
	http.Redirect(w, r, localPrefix, http.StatusSeeOther)
}
