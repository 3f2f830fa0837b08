// Package sandbox mimics the HTTP APIs of the ad platforms: their shapes, their ways to refuse, and a
// state of their own. It is what the local runner and the tests meet in place of the real ones. What
// reference sources don't establish about a platform is marked as assumed in its connector's package.
package sandbox

import (
	"crypto/rand"
	"io"
	"net/http"
	"strings"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/secret"
)

// Config says what the sandbox runs on.
type Config struct {
	Now    func() time.Time
	Random io.Reader // nil: the system's
	Path   string    // of the file that keeps the state; "": memory only
	// PageSize is how many rows a page has, whatever a client asks for; 0: 3, so that nothing works
	// that does not turn pages.
	PageSize int
}

// Server is all platforms under one handler: /meta/..., /google/..., /linkedin/..., /tiktok/..., and
// the control under /_sandbox/.
type Server struct {
	world  *World
	apis   map[string]api
	faults *faults
	mux    *http.ServeMux
}

// api is one platform's.
type api struct {
	name   string
	op     func(*http.Request) string                                         // which call it is: "campaigns", "set_status"
	refuse func(w http.ResponseWriter, r *http.Request, kind string)          // the platform's own words for a fault
	serve  http.Handler                                                       // the API, without the prefix
	hook   func(now time.Time, kind string) (body []byte, header http.Header) // a signed delivery; nil: it sends none
}

// pageSize is the usual number of rows of a page.
const pageSize = 3

// New makes a sandbox.
func New(c Config) (*Server, error) {
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.PageSize == 0 {
		c.PageSize = pageSize
	}
	world, err := newWorld(c)
	if err != nil {
		return nil, err
	}
	s := &Server{world: world, apis: map[string]api{}, faults: &faults{}, mux: http.NewServeMux()}
	for _, a := range []api{newMeta(world), newGoogle(world), newLinkedIn(world), newTikTok(world), newFacebook(world), newInstagram(world), newMastodon(world), newBluesky(world), newX(world), newLinkedInPage(world)} {
		s.apis[a.name] = a
		s.mux.Handle("/"+a.name+"/", http.StripPrefix("/"+a.name, s.under(a)))
	}
	s.control()
	return s, nil
}

// World is what the platforms know.
func (s *Server) World() *World { return s.world }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Credentials of the one client that the sandbox knows at every platform.
const (
	clientID     = "sandbox-client"
	clientSecret = "sandbox-client-secret"
	verifyToken  = "sandbox-verify-token"
)

// endpoints are each platform's addresses under its prefix, and the API version that the sandbox speaks.
var endpoints = map[string]struct{ base, auth, token, version string }{
	platform.Meta:     {"", "/dialog/oauth", "/oauth/access_token", "v25.0"},
	platform.Google:   {"", "/o/oauth2/v2/auth", "/token", "v25"},
	platform.LinkedIn: {"/rest", "/oauth/v2/authorization", "/oauth/v2/accessToken", "202607"},
	platform.TikTok:   {"/open_api", "/portal/auth", "/open_api/v1.3/oauth2/access_token/", "v1.3"},

	platform.Facebook:     {"", "/dialog/oauth", "/oauth/access_token", "v25.0"},
	platform.Instagram:    {"", "/dialog/oauth", "/oauth/access_token", "v25.0"},
	platform.Mastodon:     {"", "/oauth/authorize", "/oauth/token", ""},
	platform.X:            {"/2", "/i/oauth2/authorize", "/2/oauth2/token", ""},
	platform.LinkedInPage: {"/rest", "/oauth/v2/authorization", "/oauth/v2/accessToken", "202607"},
	platform.Bluesky:      {"", "", "/xrpc/com.atproto.server.createSession", ""},
}

// Endpoint says how to reach the platform's sandbox at base: "http://localhost:8091".
func Endpoint(name, base string) platform.Endpoint {
	e := endpoints[name]
	root := strings.TrimSuffix(base, "/") + "/" + name
	return platform.Endpoint{
		BaseURL: root + e.base, AuthURL: root + e.auth, TokenURL: root + e.token, Version: e.version,
		ClientID: clientID, ClientSecret: secret.NewText(clientSecret), VerifyToken: secret.NewText(verifyToken), Sandbox: true,
	}
}

// Platforms are those that the sandbox mimics.
func Platforms() []string {
	return []string{
		platform.Meta, platform.Google, platform.LinkedIn, platform.TikTok,
		platform.Facebook, platform.Instagram, platform.Mastodon, platform.Bluesky, platform.X, platform.LinkedInPage,
	}
}
