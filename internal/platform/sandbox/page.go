package sandbox

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

var pages = template.Must(template.New("").Parse(`
{{define "head"}}<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Platforms (sandbox)</title><style>body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.3rem .5rem;text-align:left}form{display:inline}</style>{{end}}
{{define "consent"}}{{template "head"}}<h1>{{.Platform}} (sandbox)</h1>
<p>An application asks to act for your accounts{{if .Scopes}}: {{.Scopes}}{{end}}.</p>
<form method="post"><button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></form>{{end}}
{{define "state"}}{{template "head"}}<h1>Platforms (sandbox)</h1>
<p>State as JSON: <a href="/_sandbox/state">/_sandbox/state</a></p>
<table><tr><th>Platform<th>Campaign<th>Status<th>Budget<th>Spend<th></tr>
{{range .Campaigns}}<tr><td>{{.Platform}}<td>{{.Name}} <small>{{.ID}}</small><td>{{.Status}}<td>{{.Budget}}<td>{{.Spend}}<td>
<form method="post" action="/_sandbox/results"><input type="hidden" name="platform" value="{{.Platform}}"><input type="hidden" name="campaignId" value="{{.ID}}">
<label>spend <input name="spend" size="5" value="50"></label><button>Add</button></form>
<form method="post" action="/_sandbox/campaigns/status"><input type="hidden" name="platform" value="{{.Platform}}"><input type="hidden" name="campaignId" value="{{.ID}}">
<label>status <input name="status" size="9" value="{{.Status}}"></label><button>Set</button></form></tr>{{end}}</table>
<h2>Let the next calls go wrong</h2><form method="post" action="/_sandbox/faults"><label>of <select name="platform">{{range .Platforms}}<option>{{.}}</option>{{end}}</select></label>
<label>call <input name="op" size="10" placeholder="any"></label> <label>by <select name="kind">{{range .Kinds}}<option>{{.}}</option>{{end}}</select></label>
<button>Arm</button></form>
{{if .Posts}}<h2>Posts</h2><table><tr><th>At<th>Platform<th>Account<th>Text<th>Link<th>Images</tr>
{{range .Posts}}<tr><td>{{.At.Format "15:04:05"}}<td>{{.Platform}}<td>{{.AccountID}}<td>{{.Text}}<td>{{.Link}}<td>{{len .Media}}</tr>{{end}}</table>{{end}}
<h2>What was changed</h2><table><tr><th>At<th>Platform<th>What<th>Campaign<th>To</tr>
{{range .Log}}<tr><td>{{.At.Format "15:04:05"}}<td>{{.Platform}}<td>{{.Op}}<td>{{.CampaignID}}<td>{{.Value}}</tr>{{end}}</table>
<h2>Take the grants back</h2>{{range .Platforms}}<form method="post" action="/_sandbox/revoke"><input type="hidden" name="platform" value="{{.}}"><button>Revoke {{.}}</button></form> {{end}}{{end}}
`))

func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = pages.ExecuteTemplate(w, "state", map[string]any{
		"Campaigns": s.campaigns(), "Log": s.world.Log(), "Platforms": Platforms(), "Posts": s.posts(), "Kinds": Kinds,
	})
}

// posts are those of all platforms.
func (s *Server) posts() (list []Post) {
	for _, name := range Platforms() {
		list = append(list, s.world.Posts(name, "")...)
	}
	return list
}

// authorize is the page that asks people: GET shows it, POST takes the answer. codeName is how the
// platform calls the code that comes back.
func (w *World) authorize(platform, scopeName, codeName string) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		back, err := url.Parse(q.Get("redirect_uri"))
		id := q.Get("client_id") + q.Get("app_id")
		if err != nil || back.Host == "" || id != clientID {
			http.Error(rw, "redirect_uri or the client is not known here", http.StatusBadRequest)
			return
		}
		scopes := strings.FieldsFunc(q.Get(scopeName), func(c rune) bool { return c == ' ' || c == ',' })
		if r.Method != http.MethodPost {
			rw.Header().Set("Content-Type", "text/html; charset=utf-8")
			_ = pages.ExecuteTemplate(rw, "consent", map[string]any{"Platform": platform, "Scopes": strings.Join(scopes, ", ")})
			return
		}
		answer := back.Query()
		answer.Set("state", q.Get("state"))
		if r.PostFormValue("decision") == "allow" {
			answer.Set(codeName, w.Issue(platform, q.Get("redirect_uri"), q.Get("code_challenge"), scopes))
		} else {
			answer.Set("error", "access_denied")
		}
		back.RawQuery = answer.Encode()
		http.Redirect(rw, r, back.String(), http.StatusSeeOther)
	}
}
