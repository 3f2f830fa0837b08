package local

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

const (
	account = "000000000000"
	apiARN  = "arn:aws:execute-api:local:" + account + ":local/$default/"
)

// requestEvent is the request in payload format 2.0.
func requestEvent(r *http.Request, route route, params map[string]string, body []byte, now time.Time) events.APIGatewayV2HTTPRequest {
	request := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: route.key, RawPath: r.URL.EscapedPath(), RawQueryString: r.URL.RawQuery,
		Headers: headers(r), Cookies: cookies(r), PathParameters: params,
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: route.key, AccountID: account, Stage: "$default", RequestID: newRequestID(), APIID: "local",
			DomainName: r.Host, Time: now.UTC().Format("02/Jan/2006:15:04:05 +0000"), TimeEpoch: now.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: r.Method, Path: r.URL.Path, Protocol: r.Proto, SourceIP: sourceIP(r), UserAgent: r.UserAgent(),
			},
		},
	}
	for name, values := range r.URL.Query() {
		if request.QueryStringParameters == nil {
			request.QueryStringParameters = map[string]string{}
		}
		request.QueryStringParameters[name] = strings.Join(values, ",")
	}
	if request.Body = string(body); !utf8.Valid(body) {
		request.Body, request.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return request
}

// authorizerEvent is what the authorizer gets of a request: all but its body.
func authorizerEvent(credential string, r events.APIGatewayV2HTTPRequest) events.APIGatewayV2CustomAuthorizerV2Request {
	return events.APIGatewayV2CustomAuthorizerV2Request{
		Version: "2.0", Type: "REQUEST", RouteArn: apiARN + r.RequestContext.HTTP.Method + r.RawPath,
		IdentitySource: []string{credential}, RouteKey: r.RouteKey, RawPath: r.RawPath, RawQueryString: r.RawQueryString,
		Cookies: r.Cookies, Headers: r.Headers, QueryStringParameters: r.QueryStringParameters, RequestContext: r.RequestContext,
		PathParameters: r.PathParameters,
	}
}

// headers have small names and one value each, as API Gateway has them; cookies stand apart.
func headers(r *http.Request) map[string]string {
	all := map[string]string{"host": r.Host}
	for name, values := range r.Header {
		if name != "Cookie" {
			all[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	return all
}

func cookies(r *http.Request) []string {
	lines := r.Header.Values("Cookie")
	if len(lines) == 0 {
		return nil
	}
	return strings.Split(strings.Join(lines, "; "), "; ")
}

func sourceIP(r *http.Request) string {
	ip, _, _ := net.SplitHostPort(r.RemoteAddr)
	return cmp.Or(ip, r.RemoteAddr)
}

func newRequestID() string {
	b := make([]byte, 8)
	rand.Read(b)
	return hex.EncodeToString(b)
}
