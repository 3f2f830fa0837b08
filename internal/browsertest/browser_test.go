package browsertest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// site serves one page's body, and a file that is not there.
func site(t *testing.T, head, body string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<!doctype html><html lang=en><head><title>A page</title><link rel=icon href='data:,'>%s</head><body><main><h1>A page</h1>%s</main></body></html>", head, body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// silent is a test that swallows what fails in it.
type silent struct {
	testing.TB
	failed []string
}

func (s *silent) Errorf(format string, args ...any) {
	s.failed = append(s.failed, fmt.Sprintf(format, args...))
}
func (s *silent) Error(args ...any) { s.failed = append(s.failed, fmt.Sprint(args...)) }
func (s *silent) Helper()           {}

// Each rule is broken by a page, and seen; a clean page breaks none.
func TestFindings(t *testing.T) {
	b := Open(t)
	for name, c := range map[string]struct {
		head, body string
		look       func(*Page)
		want       string
	}{
		"clean":           {"", "<p>All is well. <a href='#x' id=x>Here</a></p>", func(p *Page) { p.Axe(); p.NoOverflow(); p.Tabbable() }, ""},
		"console error":   {"<script>console.error('oh', 'no')</script>", "", nil, "console.error"},
		"exception":       {"<script>null.x</script>", "", nil, "an exception"},
		"missing file":    {"<script src=/gone.js></script>", "", nil, "404"},
		"another host":    {"<script src='http://other.invalid/x.js'></script>", "", nil, "a request to another host: http://other.invalid/x.js"},
		"policy":          {`<meta http-equiv=Content-Security-Policy content="script-src 'self'"><script>1</script>`, "", nil, "Content Security Policy"},
		"no label":        {"", "<input>", (*Page).Axe, "label"},
		"little contrast": {"", "<p style='color:#ccc;background:#fff'>Hard to read</p>", (*Page).Axe, "color-contrast"},
		"too wide":        {"", "<div id=wide style='width:5000px'>Wide</div>", (*Page).NoOverflow, "id=\"wide\""},
		"hidden focus":    {"<style>:focus{outline:none}</style>", "<button>Press</button>", (*Page).Tabbable, "the focus does not show on <button"},
		"out of reach":    {"", "<button tabindex=-1>Press</button>", (*Page).Tabbable, "the Tab key does not reach <button"},
	} {
		t.Run(name, func(t *testing.T) {
			quiet := &silent{TB: t}
			base := site(t, c.head, c.body)
			t.Run("page", func(t *testing.T) {
				quiet.TB = t
				p := b.Page(quiet, Options{Base: base, Width: 800, Height: 600})
				p.Goto("/")
				p.WaitFor("h1")
				if c.look != nil {
					c.look(p)
				}
				if strings.Contains(c.want, "404") || strings.Contains(c.want, "exception") || strings.Contains(c.want, "console") || strings.Contains(c.want, "Policy") {
					p.Goto("/") // the browser has told all of the first visit
				}
			})
			got := strings.Join(quiet.failed, "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

// axe-core is the one that was published.
func TestAxeIsWhole(t *testing.T) {
	text, err := axe()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(text))
	if got := hex.EncodeToString(sum[:]); got != axeSum {
		t.Errorf("the sum is %s", got)
	}
}

const axeSum = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
