package local

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	// authorizerTTL is how long the gateway trusts an answer of the authorizer.
	authorizerTTL = 60 * time.Second
	// gatewayBody is the largest body that API Gateway takes.
	gatewayBody = 10 << 20
)

// gateway is API Gateway's HTTP API: it routes by the template, asks the authorizer, and speaks
// payload format 2.0 with the functions.
type gateway struct {
	system *System
	local  http.Handler

	mu    sync.Mutex
	cache map[[32]byte]verdict // by route and credential
}

type verdict struct {
	until   time.Time
	allowed bool
	context map[string]any
}

func newGateway(s *System) *gateway {
	return &gateway{system: s, local: newViewer(s), cache: map[[32]byte]verdict{}}
}

// ServeHTTP implements http.Handler.
func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/" || strings.HasPrefix(r.URL.Path, localPrefix) {
		g.local.ServeHTTP(w, r)
		return
	}
	route, params, ok := g.system.plan.route(r.Method, r.URL.EscapedPath())
	if !ok {
		gatewayMessage(w, http.StatusNotFound, "Not Found")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, gatewayBody))
	if err != nil {
		gatewayMessage(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	event := g.event(r, route, params, body)
	// The client's going away must not stop work half done: Lambda would go on too.
	ctx := context.WithoutCancel(r.Context())
	if !route.public {
		v, status := g.authorize(ctx, r, route, event)
		if status != 0 {
			gatewayMessage(w, status, http.StatusText(status))
			return
		}
		event["requestContext"].(map[string]any)["authorizer"] = map[string]any{"lambda": v.context}
	}
	g.respond(ctx, w, route.function, event)
}

// authorize asks the authorizer as API Gateway does; status is 0 when the request may go on.
func (g *gateway) authorize(ctx context.Context, r *http.Request, route route, event map[string]any) (verdict, int) {
	credential := r.Header.Get("Authorization")
	if credential == "" {
		return verdict{}, http.StatusUnauthorized
	}
	id := sha256.Sum256([]byte(credential))
	g.mu.Lock()
	v, cached := g.cache[id]
	g.mu.Unlock()
	if !cached || g.system.now().After(v.until) {
		var err error
		if v, err = g.ask(ctx, credential, route, event); err != nil {
			return v, http.StatusInternalServerError
		}
		g.remember(id, v)
	}
	if !v.allowed {
		return v, http.StatusForbidden
	}
	return v, 0
}

func (g *gateway) ask(ctx context.Context, credential string, route route, event map[string]any) (verdict, error) {
	payload, err := json.Marshal(map[string]any{
		"version": "2.0", "type": "REQUEST", "routeArn": "arn:aws:execute-api:local:000000000000:local/$default/" + route.key,
		"identitySource": []string{credential}, "routeKey": route.key, "rawPath": event["rawPath"],
		"rawQueryString": event["rawQueryString"], "headers": event["headers"], "requestContext": event["requestContext"],
	})
	if err != nil {
		return verdict{}, err
	}
	answer, err := g.system.invoke(ctx, g.system.plan.authorizer, payload)
	if err != nil {
		return verdict{}, err
	}
	var out struct {
		IsAuthorized bool           `json:"isAuthorized"`
		Context      map[string]any `json:"context"`
	}
	err = json.Unmarshal(answer, &out)
	return verdict{until: g.system.now().Add(authorizerTTL), allowed: out.IsAuthorized, context: out.Context}, err
}

func (g *gateway) remember(id [32]byte, v verdict) {
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

// event is the request in payload format 2.0.
func (g *gateway) event(r *http.Request, route route, params map[string]string, body []byte) map[string]any {
	headers := map[string]string{"host": r.Host}
	for name, values := range r.Header {
		if name != "Cookie" {
			headers[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	ip, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		ip = r.RemoteAddr
	}
	now := g.system.now()
	event := map[string]any{
		"version": "2.0", "routeKey": route.key, "rawPath": r.URL.EscapedPath(), "rawQueryString": r.URL.RawQuery, "headers": headers,
		"requestContext": map[string]any{
			"accountId": "000000000000", "apiId": "local", "domainName": r.Host, "requestId": newRequestID(), "routeKey": route.key, "stage": "$default",
			"http": map[string]any{"method": r.Method, "path": r.URL.Path, "protocol": r.Proto, "sourceIp": ip, "userAgent": r.UserAgent()},
			"time": now.UTC().Format("02/Jan/2006:15:04:05 +0000"), "timeEpoch": now.UnixMilli(),
		},
		"isBase64Encoded": false,
	}
	if len(params) > 0 {
		event["pathParameters"] = params
	}
	if cookies := r.Header.Values("Cookie"); len(cookies) > 0 {
		event["cookies"] = strings.Split(strings.Join(cookies, "; "), "; ")
	}
	if utf8.Valid(body) {
		event["body"] = string(body)
	} else {
		event["body"], event["isBase64Encoded"] = base64.StdEncoding.EncodeToString(body), true
	}
	return event
}

// respond invokes the function and gives its answer to the client.
func (g *gateway) respond(ctx context.Context, w http.ResponseWriter, function string, event map[string]any) {
	payload, err := json.Marshal(event)
	if err == nil {
		payload, err = g.system.invoke(ctx, function, payload)
	}
	var out struct {
		Status  int               `json:"statusCode"`
		Headers map[string]string `json:"headers"`
		Cookies []string          `json:"cookies"`
		Body    string            `json:"body"`
		Base64  bool              `json:"isBase64Encoded"`
	}
	if err == nil {
		err = json.Unmarshal(payload, &out)
	}
	body := []byte(out.Body)
	if err == nil && out.Base64 {
		body, err = base64.StdEncoding.DecodeString(out.Body)
	}
	if err != nil || out.Status == 0 {
		gatewayMessage(w, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	for name, value := range out.Headers {
		w.Header().Set(name, value)
	}
	for _, cookie := range out.Cookies {
		w.Header().Add("Set-Cookie", cookie)
	}
	w.WriteHeader(out.Status)
	w.Write(body)
}

// gatewayMessage is how API Gateway itself answers.
func gatewayMessage(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, "{\"message\":%q}\n", text)
}
