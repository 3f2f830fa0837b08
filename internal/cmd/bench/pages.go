package main

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/catalog"
	"bellwether/internal/local"
	"bellwether/internal/platform"
	"bellwether/internal/platform/connectors"
	"bellwether/internal/platform/sandbox"
	"bellwether/internal/sam"
	"bellwether/internal/seed"
)

// overviewGoal is what a first view of the overview may transfer.
const overviewGoal = 200 // KB

// pageRounds is how often a page is asked for to know its time.
const pageRounds = 15

// pages measures what people load: bytes, requests, and what a page costs behind them.
func pages(ctx context.Context, root, dir string, r *report) error {
	v, err := newVisitor(ctx, root, dir)
	if err != nil {
		return err
	}
	defer v.close()
	unit, err := v.median(ctx, "/v1/me") // a request of the API that reads next to nothing
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(&r.tables, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "page\trequests, first view\tKB, first view\tKB, again\tAPI requests behind it\ttime, in requests to /v1/me")
	for _, path := range []string{"/app", "/app/campaigns/" + v.campaign, "/app/calendar", "/app/calendar?view=week", "/app/integrations", "/app/inbox", "/app/incidents", "/app/automations", "/app/events", "/app/settings"} {
		p, err := v.page(ctx, path)
		if err != nil {
			return err
		}
		spent, err := v.median(ctx, path)
		if err != nil {
			return err
		}
		fmt.Fprintf(t, "%s\t%d\t%.1f\t%.1f\t%d\t%.1f\n", strings.Replace(path, v.campaign, "...", 1), p.requests, kb(p.first), kb(p.again), p.behind, float64(spent)/float64(unit))
		if path == "/app" {
			r.atMost(0, "first view of the overview", kb(p.first), overviewGoal, " KB", "packed, all of it")
		}
	}
	return t.Flush()
}

func kb(bytes int) float64 { return float64(bytes) / 1024 }

// visitor is a browser without a window, at a runner with its seeded organisation.
type visitor struct {
	client   *http.Client
	base     string
	token    string
	campaign string
	behind   atomic.Int64 // invocations of functions other than web
	close    func()
}

func newVisitor(ctx context.Context, root, dir string) (*visitor, error) {
	platforms, err := sandbox.New(sandbox.Config{Now: time.Now})
	if err != nil {
		return nil, err
	}
	far := httptest.NewServer(platforms)
	endpoints := map[string]platform.Endpoint{}
	for _, name := range sandbox.Platforms() {
		endpoints[name] = sandbox.Endpoint(name, far.URL)
	}
	all, err := connectors.New(endpoints, connectors.NewClient(), time.Now)
	if err != nil {
		return nil, err
	}
	template, err := sam.Load(filepath.Join(root, "template.yaml"))
	if err != nil {
		return nil, err
	}
	v := &visitor{}
	system, err := local.Start(local.Config{Template: template, Dir: filepath.Join(dir, "pages"), Connectors: all, NoSync: true, Log: io.Discard, Report: io.Discard, Catalog: v.counted})
	if err != nil {
		return nil, err
	}
	near := httptest.NewServer(system.Handler())
	v.base = near.URL
	v.close = func() { near.Close(); system.Close(); far.Close() }
	host := strings.TrimPrefix(near.URL, "http://")
	if _, err := seed.Fill(ctx, seed.Target{API: system.Handler(), Host: host, Sandbox: far.URL, Now: time.Now, Settle: system.Drain}); err != nil {
		v.close()
		return nil, err
	}
	return v, v.signIn(ctx)
}

// counted are the functions, with a count of what runs behind the pages.
func (v *visitor) counted(a catalog.Adapters) []catalog.Function {
	functions := catalog.Functions(a)
	for i, f := range functions {
		if f.Name != "web" && f.Name != "authorize" {
			functions[i].Handler = counting{f.Handler, &v.behind}
		}
	}
	return functions
}

type counting struct {
	lambda.Handler
	n *atomic.Int64
}

func (c counting) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	c.n.Add(1)
	return c.Handler.Invoke(ctx, payload)
}

func (v *visitor) signIn(ctx context.Context) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	v.client = &http.Client{Jar: jar, Transport: &http.Transport{DisableCompression: true}}
	w, err := v.client.Get(v.base + "/app/sign-in")
	if err != nil {
		return err
	}
	w.Body.Close()
	if w, err = v.client.PostForm(w.Request.URL.String(), url.Values{"email": {seed.Email}}); err != nil {
		return err
	}
	w.Body.Close()
	if w.StatusCode != http.StatusOK || w.Request.URL.Path != "/app" {
		return fmt.Errorf("signing in ended at %s with %d", w.Request.URL, w.StatusCode)
	}
	if w, err = v.client.PostForm(v.base+"/_local/token", url.Values{"email": {seed.Email}}); err != nil {
		return err
	}
	defer w.Body.Close()
	token, err := io.ReadAll(w.Body)
	v.token = string(token)
	if err != nil {
		return err
	}
	text, _, err := v.get(ctx, "/app")
	if err != nil {
		return err
	}
	found := regexp.MustCompile(`/app/campaigns/([0-9a-f-]{36})`).FindStringSubmatch(text)
	if found == nil {
		return fmt.Errorf("the overview shows no campaign")
	}
	v.campaign = found[1]
	return nil
}

// get is what stands at a path, unpacked, and how many bytes came.
func (v *visitor) get(ctx context.Context, path string) (text string, size int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, v.base+path, nil)
	if err != nil {
		return "", 0, err
	}
	r.Header.Set("Accept-Encoding", "gzip")
	if strings.HasPrefix(path, "/v1") {
		r.Header.Set("Authorization", "Bearer "+v.token)
	}
	w, err := v.client.Do(r)
	if err != nil {
		return "", 0, err
	}
	defer w.Body.Close()
	counted := &countingReader{Reader: w.Body}
	var body io.Reader = counted
	if w.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(counted); err != nil {
			return "", 0, err
		}
	}
	plain, err := io.ReadAll(body)
	if err == nil && w.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %d", path, w.StatusCode)
	}
	return string(plain), counted.n, err
}

type countingReader struct {
	io.Reader
	n int
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// pageCost is what a page costs.
type pageCost struct{ requests, first, again, behind int }

var asset = regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`)

// page opens a page as a browser does that was never there.
func (v *visitor) page(ctx context.Context, path string) (p pageCost, err error) {
	before := v.behind.Load()
	text, size, err := v.get(ctx, path)
	if err != nil {
		return p, err
	}
	p = pageCost{requests: 1, first: size, again: size, behind: int(v.behind.Load() - before)}
	var seen []string
	for _, m := range asset.FindAllStringSubmatch(text, -1) {
		if slices.Contains(seen, m[1]) {
			continue
		}
		seen = append(seen, m[1])
		_, size, err := v.get(ctx, m[1])
		if err != nil {
			return p, err
		}
		p.requests++
		p.first += size
	}
	return p, nil
}

// median is the time of a request, the middle one of some.
func (v *visitor) median(ctx context.Context, path string) (time.Duration, error) {
	var all []time.Duration
	for range pageRounds {
		begin := time.Now()
		if _, _, err := v.get(ctx, path); err != nil {
			return 0, err
		}
		all = append(all, time.Since(begin))
	}
	slices.Sort(all)
	return all[len(all)/2], nil
}
