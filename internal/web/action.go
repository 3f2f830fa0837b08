package web

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/event"
	"bellwether/internal/tenant"
)

// action is something that a person does here: one request to the API, made from a form.
type action struct {
	route  string   // as the API names it: "POST /v1/campaigns/{campaignId}/pause"
	fields []string // of the body: "name", or "name:kind" where it is no text; a point goes into an object
	done   string   // what is said afterwards
	// prepare changes the body where fields alone can't make it.
	prepare func(p *page, f url.Values, body map[string]any) error
	// once is what of the answer is shown now and never again.
	once func(answer map[string]any) string
	// elsewhere is where the person has to go on.
	elsewhere func(answer map[string]any) string
}

// maxForm is the longest form that is read.
const maxForm = 64 << 10

// act does what a form asks for. Then the browser goes back to the page, which shows it; where it was refused,
// the page is shown again with what was written and why.
func (s *signIn) act(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	a, ok := actions[r.PathValue("action")]
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form can't be read: it may be too long", http.StatusRequestEntityTooLarge)
		return
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	p, err := s.newPage(w, r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	back := ownPath(r.PostForm.Get("back"))
	answer, err := p.perform(a, r.PostForm)
	switch {
	case statusOf(err) == http.StatusUnauthorized:
		s.refuse(w, r, errSignedOut)
	case err != nil || a.once != nil:
		out := outcome{do: r.PathValue("action"), sent: r.PostForm, err: err}
		if err == nil {
			out.once = a.once(answer)
		}
		s.again(w, r, back, out)
	case a.elsewhere != nil && a.elsewhere(answer) != "":
		s.send(w, r, p, a.elsewhere(answer))
	default:
		if id, version := seenIn(a, answer); id != "" {
			http.SetCookie(w, s.app.cookie(r, seenCookie, id+"."+version, seenLife))
		}
		http.SetCookie(w, s.app.cookie(r, doneCookie, r.PathValue("action"), doneLife))
		http.Redirect(w, r, back, http.StatusSeeOther)
	}
}

// outcome is what came of an action whose page is shown again at once.
type outcome struct {
	do   string
	sent url.Values
	err  error
	once string
}

type outcomeKey struct{}

// again shows the page that the form stands on.
func (s *signIn) again(w http.ResponseWriter, r *http.Request, back string, out outcome) {
	target, err := url.Parse(back)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	get := r.Clone(context.WithValue(r.Context(), outcomeKey{}, out))
	get.Method, get.URL, get.RequestURI = http.MethodGet, target, back
	get.Header.Del("If-None-Match")
	w.Header().Set("HX-Replace-Url", back)
	s.pages.ServeHTTP(w, get)
}

// perform makes the request to the API.
func (p *page) perform(a action, f url.Values) (map[string]any, error) {
	method, path, _ := strings.Cut(a.route, " ")
	path = variables.ReplaceAllStringFunc(path, func(v string) string { return url.PathEscape(f.Get(v[1 : len(v)-1])) })
	body := map[string]any{}
	for _, field := range a.fields {
		fill(body, field, f)
	}
	if a.prepare != nil {
		if err := a.prepare(p, f, body); err != nil {
			return nil, err
		}
	}
	header := http.Header{}
	if key := f.Get("key"); event.IsID(key) {
		header.Set("Idempotency-Key", key)
	}
	if version := f.Get("version"); version != "" {
		header.Set("If-Match", `"`+version+`"`)
	}
	var in any = body
	if method == http.MethodDelete {
		in = nil
	}
	answer := map[string]any{}
	_, err := p.client.send(p.r.Context(), method, path, in, &answer, header)
	return answer, err
}

var variables = regexp.MustCompile(`\{\w+\}`)

// fill sets one field of a body. A text that is no number goes on as it is: the API says what it expected.
func fill(body map[string]any, field string, f url.Values) {
	name, kind, _ := strings.Cut(field, ":")
	text := strings.TrimSpace(f.Get(name))
	var value any = text
	switch kind {
	case "bool":
		value = text == "true" || text == "on"
	case "texts":
		value = f[name]
		if len(f[name]) == 0 {
			return
		}
	case "int":
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			value = n
		}
	case "ints":
		var list []any
		for part := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == ',' || c == ' ' || c == '،' }) {
			list = append(list, number64(part))
		}
		value = list
	}
	if text == "" && kind != "bool" && kind != "texts" {
		return
	}
	for {
		head, rest, deeper := strings.Cut(name, ".")
		if !deeper {
			body[name] = value
			return
		}
		inner, ok := body[head].(map[string]any)
		if !ok {
			inner = map[string]any{}
			body[head] = inner
		}
		body, name = inner, rest
	}
}

func number64(text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	return text
}

// seenIn is the campaign and its version that a change led to.
func seenIn(a action, answer map[string]any) (id, version string) {
	if !strings.Contains(a.route, "/v1/campaigns/{campaignId}/") {
		return "", ""
	}
	id, _ = answer["id"].(string)
	n, _ := answer["version"].(float64)
	return id, strconv.FormatInt(int64(n), 10)
}

// send leads the person to another site. A form may not lead there by itself: the policy forbids it.
func (s *signIn) send(w http.ResponseWriter, r *http.Request, p *page, target string) {
	if r.Header.Get("HX-Request") != "" && webAddress(target) {
		leave(w, r, target)
		return
	}
	p.write(w, func() node {
		return card(p.T("One more step"), h.P(p.text("You go on at another site, and come back from there.")), h.P(outside(target, p.T("Continue"))))
	})
}

// may reports whether the person's role allows an action.
func (p *page) may(name string) bool { return tenant.Allowed(actions[name].route, p.role) }

// form is the form of an action, with what it is about: pairs of names and values. It is nothing for who may
// not do it.
func (p *page) form(name string, about []string, children ...node) node {
	if !p.may(name) {
		return nothing
	}
	hidden := []node{input("hidden", "back", p.r.URL.RequestURI()), input("hidden", "key", "")}
	for i := 0; i+1 < len(about); i += 2 {
		hidden = append(hidden, input("hidden", about[i], about[i+1]))
	}
	return h.Form(h.Class("do"), h.Method("post"), h.Action("/app/do/"+name), h.Data("do", name), g.Group(hidden), g.Group(children))
}

// do is a form of one button.
func (p *page) do(name string, about []string, label string, more ...node) node {
	return p.form(name, about, p.submit(label, more...))
}

// submit is the button that sends a form.
func (p *page) submit(label string, more ...node) node {
	return h.Button(h.Type("submit"), g.Group(more), p.text(label))
}

func input(kind, name, value string) node {
	return h.Input(h.Type(kind), h.Name(name), h.Value(value))
}

// field is a labelled input. What was sent and refused stands in it again.
func (p *page) field(do, label, name, value string, more ...node) node {
	if p.outcome.do == do && p.outcome.err != nil && p.outcome.sent.Has(name) {
		value = p.outcome.sent.Get(name)
	}
	return h.Label(h.Span(g.Text(p.T(label))), h.Input(h.Name(name), h.Value(value), g.Group(more)))
}

// choice is a labelled selection of values, named by their words.
func (p *page) choice(label, name, now string, values ...string) node {
	var options []node
	for _, v := range values {
		options = append(options, h.Option(h.Value(v), g.If(v == now, h.Selected()), g.Text(p.word(v))))
	}
	return h.Label(h.Span(g.Text(p.T(label))), h.Select(h.Name(name), g.Group(options)))
}

// check is a labelled box to tick.
func (p *page) check(label node, name, value string, on bool) node {
	return h.Label(h.Class("check"), h.Input(h.Type("checkbox"), h.Name(name), h.Value(value), g.If(on, h.Checked())), h.Span(label))
}

// more hides what is not needed every day behind its name.
func (p *page) more(label string, children ...node) node {
	return h.Details(h.Class("more"), h.Summary(g.Text(label)), g.Group(children))
}

func campaignID(id string) []string { return []string{"campaignId", id} }

// atVersion adds the version that a change is meant for.
func atVersion(about []string, version int64) []string {
	return append(about, "version", strconv.FormatInt(version, 10))
}
