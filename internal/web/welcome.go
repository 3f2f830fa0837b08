package web

import (
	"net/http"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/notification"
)

// welcome is the page before anybody is signed in.
func (s *signIn) welcome(w http.ResponseWriter, r *http.Request) {
	next := ownPath(r.URL.Query().Get("next"))
	if _, err := s.token(w, r); err == nil {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return
	}
	p := s.app.plainPage(r)
	p.write(w, func() node {
		p.title = p.T("Sign in")
		trouble := nothing
		if r.URL.Query().Has("problem") {
			trouble = h.Div(h.Class("banner bad"), h.Role("alert"), p.text("Signing in was not finished. Try once more."))
		}
		return h.Section(h.Class("card welcome"),
			h.H1(p.text("Look after your campaigns")), trouble,
			h.P(p.text("Budgets, ad accounts, posts and what goes wrong with them, always as fresh as the platforms tell.")),
			h.P(h.A(h.Class("button primary"), h.Href(query("/app/sign-in", "next", next)), g.Attr("hx-boost", "false"), p.text("Sign in"))),
			p.looks(),
			h.P(h.A(h.Href("/docs"), g.Attr("hx-boost", "false"), p.text("The API"))),
		)
	})
}

// looks chooses language and colours, which stay in the browser.
func (p *page) looks() node {
	return h.Form(h.Class("do looks"), h.Method("post"), h.Action("/app/look"), g.Attr("hx-boost", "false"), input("hidden", "back", p.r.URL.RequestURI()),
		h.Label(h.Span(p.text("Language")), h.Select(h.Name("lang"),
			h.Option(h.Value("en"), h.Lang("en"), g.If(p.lang == notification.English, h.Selected()), g.Text("English")),
			h.Option(h.Value("ar"), h.Lang("ar"), g.If(p.lang == notification.Arabic, h.Selected()), g.Text("العربية")))),
		p.choice("Colours", "theme", p.theme, "", "light", "dark"),
		p.submit("Apply"),
	)
}

// look keeps the choice.
func (a *App) look(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	keep := func(name, value string, known bool) {
		if known {
			http.SetCookie(w, a.cookie(r, name, value, lookLife*time.Duration(min(len(value), 1))))
		}
	}
	lang, theme := r.PostFormValue("lang"), r.PostFormValue("theme")
	keep(langCookie, lang, notification.Language(lang).Known())
	keep(themeCookie, theme, theme == "" || theme == "light" || theme == "dark")
	back := "/"
	if r.PostFormValue("back") != "/" {
		back = ownPath(r.PostFormValue("back"))
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}
