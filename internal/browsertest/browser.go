// Package browsertest drives a headless Chromium for tests, and holds every page that it opens to rules: no
// console error, no request to another host, nothing that axe-core finds.
package browsertest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Required is the variable under which a missing browser fails a test instead of skipping it.
const Required = "BROWSER_REQUIRED"

// patience is how long an action may take. Machines that build are slow.
const patience = 30 * time.Second

// Browser is a running Chromium.
type Browser struct{ ctx context.Context }

// Open starts Chromium for the test. Where there is none, the test is skipped.
func Open(t testing.TB) *Browser {
	t.Helper()
	path := find()
	if path == "" {
		if os.Getenv(Required) != "" {
			t.Fatal("no Chromium: install the package chromium, or name one in CHROMIUM")
		}
		t.Skip("no Chromium here: install one, or name it in CHROMIUM, to see the pages tested")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("lang", "en"), chromedp.WSURLReadTimeout(time.Minute))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { cancel(); stop() })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return &Browser{ctx}
}

func find() string {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	return ""
}

// Options say how a page is looked at.
type Options struct {
	Base          string // the origin under test; requests to others fail the test
	Width, Height int64
	Language      string // of Accept-Language; "" for English
	Dark          bool
	NoScripts     bool // the page's own scripts don't run
}

// Page is a tab in a profile of its own.
type Page struct {
	t    testing.TB
	ctx  context.Context
	base string

	mu       sync.Mutex
	findings []string
	expected []int
	offline  bool
	requests int
	bytes    int64
}

// Page opens a tab. At the test's end it fails what its console or its requests showed.
func (b *Browser) Page(t testing.TB, o Options) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	p := &Page{t: t, ctx: ctx, base: o.Base}
	t.Cleanup(func() {
		cancel()
		for _, f := range p.Findings() {
			t.Error(f)
		}
	})
	scheme := "light"
	if o.Dark {
		scheme = "dark"
	}
	language := o.Language
	if language == "" {
		language = "en"
	}
	p.must("open a tab", chromedp.Do(ctx, chromedp.EmulateViewport(o.Width, o.Height)))
	p.must("listen", chromedp.Listen(ctx, p.hear))
	p.must("set up the tab", chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{}); err != nil {
			return err
		}
		if _, err := cdp.Call(ctx, t, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": language}}); err != nil {
			return err
		}
		if _, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: o.NoScripts}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return err
	})))
	return p
}

// Expect lets answers with these statuses through, which a test wants to see.
func (p *Page) Expect(statuses ...int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expected = append(p.expected, statuses...)
}

// ExpectOffline lets requests fail that reach nobody.
func (p *Page) ExpectOffline() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.offline = true
}

// Findings are what the page's console and requests showed so far.
func (p *Page) Findings() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.findings)
}

// Traffic is how many requests the page made since the last call, and the bytes that came.
func (p *Page) Traffic() (requests int, bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	requests, bytes = p.requests, p.bytes
	p.requests, p.bytes = 0, 0
	return requests, bytes
}

func (p *Page) hear(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := func(format string, args ...any) { p.findings = append(p.findings, fmt.Sprintf(format, args...)) }
	switch e := ev.(type) {
	case *network.EventRequestWillBeSent:
		p.requests++
		if u, err := url.Parse(e.Request.URL); err == nil && u.Scheme != "data" && u.Scheme != "blob" && u.Scheme+"://"+u.Host != p.base {
			found("a request to another host: %s", e.Request.URL)
		}
	case *network.EventLoadingFinished:
		p.bytes += int64(e.EncodedDataLength)
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" || e.Type == "assert" {
			var text []string
			for _, a := range e.Args {
				text = append(text, string(a.Value)+a.Description)
			}
			if said := strings.Join(text, " "); !p.offline || !strings.Contains(said, "htmx:") {
				found("console.%s: %s", e.Type, said)
			}
		}
	case *runtime.EventExceptionThrown:
		found("an exception that nobody caught: %s", e.ExceptionDetails.Exception.Description)
	case *log.EventEntryAdded:
		if (e.Entry.Level == "error" || e.Entry.Level == "warning") && !p.expects(e.Entry.Text) {
			found("the browser's %s: %s (%s)", e.Entry.Level, e.Entry.Text, e.Entry.URL)
		}
	}
}

func (p *Page) expects(text string) bool {
	if p.offline && strings.Contains(text, "net::ERR_") {
		return true
	}
	return slices.ContainsFunc(p.expected, func(status int) bool { return strings.Contains(text, fmt.Sprintf("status of %d", status)) })
}

func (p *Page) must(what string, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v%s", what, err, p.where())
	}
}

// where is what the page shows when an action fails, for the one who reads the failure.
func (p *Page) where() string {
	ctx, cancel := context.WithTimeout(p.ctx, 2*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + (document.querySelector("main") || document.body).innerText.slice(0, 1500)`))
	if err != nil {
		return ""
	}
	return "\nat " + text
}

// do runs an action within the time that one may take.
func do[T any](p *Page, what string, a chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	p.must(what, err)
	return v
}

// Screenshot keeps what the page looks like as a PNG.
func (p *Page) Screenshot(path string) {
	p.t.Helper()
	p.must("keep the screenshot", os.WriteFile(path, do(p, "take a screenshot", chromedp.CaptureScreenshot()), 0o644))
}

// Shot keeps the whole page, however long.
func (p *Page) Shot(path string) {
	p.t.Helper()
	p.must("keep the screenshot", os.WriteFile(path, do(p, "take a screenshot", chromedp.FullScreenshot(100)), 0o644))
}
