package local

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// gatewayBody is the largest body that API Gateway takes.
const gatewayBody = 10 << 20

// gateway is API Gateway's HTTP API: it routes by the template, asks the authorizer, and speaks
// payload format 2.0 with the functions.
type gateway struct {
	system *System
	local  http.Handler

	mu    sync.Mutex
	cache map[[sha256.Size]byte]verdict // by credential, as API Gateway has it: not by route
}

// verdict is an answer of the authorizer.
type verdict struct {
	events.APIGatewayV2CustomAuthorizerSimpleResponse
	until time.Time
}

func newGateway(s *System) *gateway {
	return &gateway{system: s, local: newViewer(s), cache: map[[sha256.Size]byte]verdict{}}
}

// ServeHTTP implements http.Handler.
func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == localPrefix || strings.HasPrefix(r.URL.Path, localPrefix+"/") {
		g.local.ServeHTTP(w, r)
		return
	}
	route, params, ok := g.system.plan.route(r.Method, r.URL.EscapedPath())
	if !ok {
		gatewayMessage(w, http.StatusNotFound)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, gatewayBody))
	if err != nil {
		gatewayMessage(w, http.StatusRequestEntityTooLarge)
		return
	}
	request := requestEvent(r, route, params, body, g.system.now())
	// The client's going away must not stop work half done: Lambda would go on too.
	ctx := context.WithoutCancel(r.Context())
	if !route.public {
		v, status := g.authorize(ctx, request)
		if status != 0 {
			gatewayMessage(w, status)
			return
		}
		request.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{Lambda: v.Context}
	}
	g.respond(ctx, w, route.function, request)
}

// authorize asks the authorizer as API Gateway does; status is 0 when the request may go on.
func (g *gateway) authorize(ctx context.Context, request events.APIGatewayV2HTTPRequest) (verdict, int) {
	credential := request.Headers[strings.ToLower(g.system.plan.authorizer.Header)]
	if credential == "" {
		return verdict{}, http.StatusUnauthorized
	}
	id := sha256.Sum256([]byte(credential))
	g.mu.Lock()
	v, cached := g.cache[id]
	g.mu.Unlock()
	if !cached || !g.system.now().Before(v.until) {
		var err error
		if v, err = g.ask(ctx, credential, request); err != nil {
			return v, http.StatusInternalServerError
		}
		g.remember(id, v)
	}
	if !v.IsAuthorized {
		return v, http.StatusForbidden
	}
	return v, 0
}

func (g *gateway) ask(ctx context.Context, credential string, request events.APIGatewayV2HTTPRequest) (verdict, error) {
	authorizer := g.system.plan.authorizer
	payload, err := json.Marshal(authorizerEvent(credential, request))
	if err != nil {
		return verdict{}, err
	}
	answer, err := g.system.invoke(ctx, authorizer.Function, payload)
	if err != nil {
		return verdict{}, err
	}
	v := verdict{until: g.system.now().Add(authorizer.TTL)}
	err = json.Unmarshal(answer, &v.APIGatewayV2CustomAuthorizerSimpleResponse)
	return v, err
}

func (g *gateway) remember(id [sha256.Size]byte, v verdict) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.cache) > 10_000 {
		clear(g.cache)
	}
	g.cache[id] = v
}

// forget makes the next request of everybody ask the authorizer again.
func (g *gateway) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.cache)
}

// respond invokes the function and gives its answer to the client.
func (g *gateway) respond(ctx context.Context, w http.ResponseWriter, function string, request events.APIGatewayV2HTTPRequest) {
	payload, err := json.Marshal(request)
	if err == nil {
		payload, err = g.system.invoke(ctx, function, payload)
	}
	var out events.APIGatewayV2HTTPResponse
	if err == nil {
		err = json.Unmarshal(payload, &out)
	}
	body := []byte(out.Body)
	if err == nil && out.IsBase64Encoded {
		body, err = base64.StdEncoding.DecodeString(out.Body)
	}
	if err != nil || out.StatusCode == 0 {
		gatewayMessage(w, http.StatusInternalServerError)
		return
	}
	for name, value := range out.Headers {
		w.Header().Set(name, value)
	}
	for _, cookie := range out.Cookies {
		w.Header().Add("Set-Cookie", cookie)
	}
	w.WriteHeader(out.StatusCode)
	w.Write(body)
}

// RoundTrip implements http.RoundTripper: functions that ask the API reach it without a network.
func (g *gateway) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.Host = cmp.Or(r.Host, r.URL.Host)
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	g.ServeHTTP(w, in)
	return w.Result(), nil
}

// gatewayMessage is how API Gateway itself answers.
func gatewayMessage(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, "{\"message\":%q}\n", http.StatusText(status))
}
