package browsertest

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axe-core 4.14.1 of the npm package of that name, MPL-2.0, as it was published; its licence is at its head.
//
//go:embed testdata/axe-4.14.1.min.js.gz
var axePacked []byte

func axe() (string, error) {
	r, err := gzip.NewReader(bytes.NewReader(axePacked))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), err
}

// violation is what axe-core found against a rule.
type violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		Target  []any  `json:"target"`
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

func (v violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s", v.ID, v.Impact, v.Help)
	for i, n := range v.Nodes {
		if i == 4 {
			fmt.Fprintf(&b, "\n  and %d more", len(v.Nodes)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %v %.160s\n    %s", n.Target, n.HTML, strings.ReplaceAll(n.Summary, "\n", " "))
	}
	return b.String()
}

// Axe fails the test with what axe-core finds: WCAG 2.2 A and AA, and its best practices.
func (p *Page) Axe() {
	p.t.Helper()
	for _, v := range p.violations() {
		p.t.Errorf("%s: %s", p.address(), v)
	}
}

func (p *Page) violations() []violation {
	p.t.Helper()
	source, err := axe()
	p.must("unpack axe-core", err)
	await := true
	text := do(p, "run axe-core", func(ctx context.Context, t *chromedp.Target) (string, error) {
		if _, err := cdp.Call(ctx, t, runtime.Evaluate, runtime.EvaluateParams{Expression: source}); err != nil {
			return "", err
		}
		return chromedp.Evaluate[string](`axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"], resultTypes: ["violations"]})
			.then(r => JSON.stringify(r.violations))`, func(e *runtime.EvaluateParams) { e.AwaitPromise = &await })(ctx, t)
	})
	var list []violation
	p.must("read axe-core's findings", json.Unmarshal([]byte(text), &list))
	return list
}

func (p *Page) address() string { return Ask[string](p, "location.pathname + location.search") }

// NoOverflow fails the test where the page is wider than its window.
func (p *Page) NoOverflow() {
	p.t.Helper()
	const script = `(() => { const w = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= w) return "";
		return "page of " + document.documentElement.scrollWidth + " in " + w + ": " + [...document.querySelectorAll("body *")].filter(e => { const r = e.getBoundingClientRect();
			return (r.right > w + 1 || r.left < -1) && r.width > 0 && !e.closest(".visually-hidden, .skip, .table, .chart, pre"); }).slice(0, 6).map(e => e.outerHTML.slice(0, 120)).join("\n"); })()`
	if found := Ask[string](p, script); found != "" {
		p.t.Errorf("%s sticks out: %s", p.address(), found)
	}
}

// Tabbable walks through the page by the Tab key, and fails the test for what gets no focus, or shows none.
func (p *Page) Tabbable() {
	p.t.Helper()
	const mark = `(() => { let n = 0; for (const e of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
		if (e.checkVisibility() && !e.disabled) e.dataset.walk = n++; } return n; })()`
	count := Ask[int](p, mark)
	p.Eval("document.body.focus()")
	p.Eval("(window.walked = new Set(), window.dim = [], true)")
	const look = `(() => { const e = document.activeElement; if (!e || e.dataset.walk === undefined) return; const s = getComputedStyle(e);
		if (s.outlineStyle === "none" || parseFloat(s.outlineWidth) === 0) window.dim.push(e.outerHTML.slice(0, 120)); window.walked.add(e.dataset.walk); })()`
	for range count + 12 {
		p.Press("Tab")
		p.Eval(look)
	}
	missed := Ask[string](p, `[...document.querySelectorAll("[data-walk]")].filter(e => e.checkVisibility() && !window.walked.has(e.dataset.walk)).map(e => e.outerHTML.slice(0, 120)).join("\n")`)
	if missed != "" {
		p.t.Errorf("%s: the Tab key does not reach %s", p.address(), missed)
	}
	if dim := Ask[string](p, `window.dim.slice(0, 5).join("\n")`); dim != "" {
		p.t.Errorf("%s: the focus does not show on %s", p.address(), dim)
	}
}
