package platform_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
)

var now = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)

// trip answers calls in place of a network.
type trip func(*http.Request) (*http.Response, error)

func (t trip) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

func client(t trip) platform.Client {
	return platform.Client{Platform: "meta", HTTP: &http.Client{Transport: t}, Now: func() time.Time { return now }}
}

func answered(status int, body io.Reader) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"X-App-Usage": {"1"}}, Body: io.NopCloser(body)}
}

// question carries a token in its query, as some platforms want it.
func question(t *testing.T) *http.Request {
	t.Helper()
	r, err := platform.Get("https://graph.facebook.com/v25.0/me", "access_token=test-access")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDo(t *testing.T) {
	for _, status := range []int{200, 204, 302, 400, 401, 429, 500, 503} {
		meter := new(platform.Meter)
		c := client(func(*http.Request) (*http.Response, error) {
			return answered(status, strings.NewReader("the body")), nil
		})
		a, err := c.Do(t.Context(), "campaigns", meter, question(t))
		if err != nil || a.Status != status || string(a.Body) != "the body" || a.Header.Get("X-App-Usage") != "1" || !a.At.Equal(now) || meter.Calls() != 1 {
			t.Errorf("%d: %+v in %d calls, error %v", status, a, meter.Calls(), err)
		}
	}
}

// TestLostCalls: what never left can't have been done; whatever else broke may have.
func TestLostCalls(t *testing.T) {
	failing := func(err error) trip { return func(*http.Request) (*http.Response, error) { return nil, err } }
	tests := []struct {
		name   string
		trip   trip
		unsure bool
	}{
		{"refused", failing(&net.OpError{Op: "dial", Err: errors.New("connection refused")}), false},
		{"timed out on the way there", failing(&net.OpError{Op: "dial", Err: context.DeadlineExceeded}), false},
		{"no such host", failing(&net.DNSError{Err: "no such host", Name: "graph.facebook.com"}), false},
		{"no name server", failing(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "timeout", IsTimeout: true}}), false},
		{"reset", failing(&net.OpError{Op: "read", Err: errors.New("connection reset by peer")}), true},
		{"half written", failing(&net.OpError{Op: "write", Err: errors.New("broken pipe")}), true},
		{"closed without an answer", failing(io.EOF), true},
		{"timed out waiting for the answer", func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, true},
		{"broken off in the answer", func(*http.Request) (*http.Response, error) {
			return answered(200, io.MultiReader(strings.NewReader(`{"data":[`), broken{})), nil
		}, true},
	}
	for _, tt := range tests {
		meter, c := new(platform.Meter), client(tt.trip)
		c.Timeout = time.Nanosecond
		_, err := c.Do(t.Context(), "set_status", meter, question(t))
		got := platform.AsError(err)
		if got.Class != platform.ClassTransient || got.Unsure != tt.unsure || got.Platform != "meta" || got.Op != "set_status" || meter.Calls() != 1 {
			t.Errorf("%s: %+v in %d calls", tt.name, got, meter.Calls())
		}
		if got.Err == nil || strings.Contains(err.Error()+got.Err.Error(), "test-access") {
			t.Errorf("%s: the error is %v of %v", tt.name, err, got.Err)
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestNobodyListens(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	r, err := platform.Get(server.URL, "access_token=test-access")
	if err != nil {
		t.Fatal(err)
	}
	c := platform.Client{Platform: "meta", HTTP: http.DefaultClient, Now: func() time.Time { return now }}
	_, err = c.Do(t.Context(), "campaigns", nil, r)
	if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Unsure {
		t.Errorf("%+v", got)
	}
}

// TestTimeout is of the whole call, and the caller's own end counts too.
func TestTimeout(t *testing.T) {
	var left time.Duration
	c := client(func(r *http.Request) (*http.Response, error) {
		end, ok := r.Context().Deadline()
		if !ok {
			t.Error("the call has no end")
		}
		left = time.Until(end)
		return answered(200, strings.NewReader("")), nil
	})
	for _, tt := range []struct{ set, most time.Duration }{{0, 20 * time.Second}, {time.Hour, time.Hour}} {
		c.Timeout = tt.set
		if _, err := c.Do(t.Context(), "campaigns", nil, question(t)); err != nil || left > tt.most || left < tt.most/2 {
			t.Errorf("%v left of %v, error %v", left, tt.most, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	stopped := client(func(r *http.Request) (*http.Response, error) { return nil, r.Context().Err() })
	if _, err := stopped.Do(ctx, "campaigns", nil, question(t)); !platform.Is(err, platform.ClassTransient) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// zeros are n bytes, made as they are read.
type zeros int

func (z *zeros) Read(p []byte) (int, error) {
	if *z == 0 {
		return 0, io.EOF
	}
	n := min(len(p), int(*z))
	*z -= zeros(n)
	return n, nil
}

func TestLargeAnswers(t *testing.T) {
	const most = 32 << 20
	for _, size := range []int{most, most + 1} {
		body := zeros(size)
		c := client(func(*http.Request) (*http.Response, error) { return answered(200, &body), nil })
		a, err := c.Do(t.Context(), "campaigns", nil, question(t))
		if size == most && (err != nil || len(a.Body) != most) {
			t.Errorf("%d bytes, error %v", len(a.Body), err)
		}
		if got := platform.AsError(err); size > most && (err == nil || got.Class != platform.ClassUnknown || !got.Unsure || len(a.Body) > 0) {
			t.Errorf("one byte too many: %d bytes, error %v", len(a.Body), err)
		}
	}
}

func TestDecode(t *testing.T) {
	var v struct {
		Name string `json:"name"`
	}
	c := client(nil)
	if err := c.Decode("campaign", platform.Answer{Body: []byte(`{"name":"Spring sale"}`)}, &v); err != nil || v.Name != "Spring sale" {
		t.Errorf("%+v, error %v", v, err)
	}
	for _, body := range []string{"", "<html>", `{"name":"Spring`, `{"name":1}`} {
		got := platform.AsError(c.Decode("campaign", platform.Answer{Body: []byte(body)}, &v))
		if got.Class != platform.ClassTransient || got.Code != "malformed" || !got.Unsure || got.Op != "campaign" || got.Platform != "meta" {
			t.Errorf("%q: %+v", body, got)
		}
	}
}

func TestRequests(t *testing.T) {
	get, getErr := platform.Get("https://x.example/a", "q=List(urn%3Ali%3A1)")
	bare, bareErr := platform.Get("https://x.example/a", "")
	form, formErr := platform.PostForm("https://x.example/a", url.Values{"b": {"1 &2"}, "a": {"ü"}})
	body, bodyErr := platform.PostJSON("https://x.example/a", map[string]string{"a": "<1>"})
	if err := errors.Join(getErr, bareErr, formErr, bodyErr); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		r                          *http.Request
		method, address, kind, all string
	}{
		{get, "GET", "https://x.example/a?q=List(urn%3Ali%3A1)", "", ""},
		{bare, "GET", "https://x.example/a", "", ""},
		{form, "POST", "https://x.example/a", "application/x-www-form-urlencoded", "a=%C3%BC&b=1+%262"},
		{body, "POST", "https://x.example/a", "application/json", `{"a":"\u003c1\u003e"}`},
	}
	for _, tt := range tests {
		var all []byte
		if tt.r.Body != nil {
			var err error
			if all, err = io.ReadAll(tt.r.Body); err != nil {
				t.Error(err)
			}
		}
		if tt.r.Method != tt.method || tt.r.URL.String() != tt.address || tt.r.Header.Get("Content-Type") != tt.kind || string(all) != tt.all {
			t.Errorf("%s %s %v %q, want %+v", tt.r.Method, tt.r.URL, tt.r.Header, all, tt)
		}
	}
	if _, err := platform.PostJSON("https://x.example/a", func() {}); err == nil {
		t.Error("a function was sent")
	}
}
