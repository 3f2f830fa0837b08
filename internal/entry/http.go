package entry

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"bellwether/internal/fault"
	"bellwether/internal/obs"
	"bellwether/internal/tenant"
)

// MaxBody is the largest request body, decoded.
const MaxBody = 256 << 10

// RequestIDHeader carries the gateway's request id to the handler, and an id to the client.
const RequestIDHeader = "X-Request-Id"

// HTTP is the handler of a function behind an API Gateway HTTP API, payload format 2.0.
type HTTP struct{ handler http.Handler }

// NewHTTP serves h. The principal that the authorizer verified is in the request's context.
func NewHTTP(h http.Handler) *HTTP { return &HTTP{h} }

type gatewayRequest struct {
	RawPath  string            `json:"rawPath"`
	RawQuery string            `json:"rawQueryString"`
	Cookies  []string          `json:"cookies"`
	Headers  map[string]string `json:"headers"`
	Body     string            `json:"body"`
	Base64   bool              `json:"isBase64Encoded"`
	Context  struct {
		RequestID  string `json:"requestId"`
		Stage      string `json:"stage"`
		DomainName string `json:"domainName"`
		HTTP       struct {
			Method   string `json:"method"`
			SourceIP string `json:"sourceIp"`
		} `json:"http"`
		Authorizer struct {
			Lambda map[string]any `json:"lambda"`
		} `json:"authorizer"`
	} `json:"requestContext"`
}

// Invoke implements lambda.Handler. It always answers: an error would show the client
// the gateway's own page.
func (h *HTTP) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var in gatewayRequest
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "bad_payload", "this is no request of an HTTP API")
	}
	w := newAnswer()
	w.header.Set(RequestIDHeader, in.Context.RequestID)
	r, problem := in.request(ctx)
	if problem != nil {
		problem.write(w)
	} else {
		h.serve(w, r)
	}
	if w.status >= http.StatusInternalServerError {
		obs.Fail(ctx, statusError(w.status))
	}
	obs.Note(ctx, "id", w.header.Get(RequestIDHeader))
	obs.Note(ctx, "http", in.Context.HTTP.Method+" "+statusText(w.status))
	return w.encode()
}

func (h *HTTP) serve(w *answer, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			obs.Note(r.Context(), "stack", stack())
			obs.Fail(r.Context(), &PanicError{Value: p})
			w.reset()
			internalProblem.write(w)
		}
	}()
	h.handler.ServeHTTP(w, r)
}

func (in *gatewayRequest) request(ctx context.Context) (*http.Request, *problem) {
	body, bad := in.body()
	if bad != nil {
		return nil, bad
	}
	if p, ok := tenant.FromAuthorizer(in.Context.Authorizer.Lambda); ok {
		ctx = tenant.WithPrincipal(ctx, p)
	}
	r := (&http.Request{
		Method:        in.Context.HTTP.Method,
		URL:           in.url(),
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        make(http.Header, len(in.Headers)+2),
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Host:          in.Context.DomainName,
		RemoteAddr:    in.Context.HTTP.SourceIP + ":0",
	}).WithContext(ctx)
	for name, value := range in.Headers {
		r.Header.Set(name, value)
	}
	// The gateway takes cookies out of the headers.
	if len(in.Cookies) > 0 {
		r.Header.Set("Cookie", strings.Join(in.Cookies, "; "))
	}
	r.Header.Set(RequestIDHeader, in.Context.RequestID)
	r.RequestURI = r.URL.RequestURI()
	return r, nil
}

func (in *gatewayRequest) body() ([]byte, *problem) {
	body := []byte(in.Body)
	if in.Base64 {
		var err error
		if body, err = base64.StdEncoding.DecodeString(in.Body); err != nil {
			return nil, &badBodyProblem
		}
	}
	if len(body) > MaxBody {
		return nil, &tooLargeProblem
	}
	return body, nil
}

// url keeps the path's escapes, so that an escaped slash stays inside its segment. A path whose
// escapes are broken (the gateway has decoded it already) is taken as it stands.
func (in *gatewayRequest) url() *url.URL {
	raw := in.RawPath
	if stage := in.Context.Stage; stage != "" && stage != "$default" {
		// Only a named stage is part of the path, and no route knows it.
		if rest, ok := strings.CutPrefix(raw, "/"+stage); ok && (rest == "" || rest[0] == '/') {
			raw = rest
		}
	}
	if raw == "" {
		raw = "/"
	}
	u := &url.URL{Path: raw, RawQuery: in.RawQuery}
	if path, err := url.PathUnescape(raw); err == nil {
		u.Path, u.RawPath = path, raw
	}
	return u
}
