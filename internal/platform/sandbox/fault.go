package sandbox

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
)

// Fault is a fault that waits for its call.
type Fault struct {
	Platform string `json:"platform"`
	Op       string `json:"op"` // "": any
	Kind     string `json:"kind"`
	Times    int    `json:"times"` // 0: once
}

// The kinds that the transport makes, whatever the platform.
const (
	kindTimeoutBefore = "timeout_before"       // nothing is done, and nothing answered
	kindTimeoutAfter  = "timeout_after_commit" // it is done, and nothing answered
	kindPartial       = "partial"              // the answer breaks off in the middle
	kindMalformed     = "malformed"            // a page of HTML under 200
	kindServer        = "5xx"                  // a gateway's own 503
	kindForeignNext   = "foreign_next"         // lists go on at another host
)

// Kinds are all of them; those that aren't the transport's are told in each platform's own words.
var Kinds = []string{
	"expired", "revoked", "throttled", "throttled_seconds", "throttled_date", "throttled_unix", "throttled_iso", "quota", "permission",
	"suspended", "blocked", "not_found", "invalid", kindServer, kindTimeoutBefore, kindTimeoutAfter, kindPartial, kindMalformed, "version_sunset", kindForeignNext,
}

type faults struct {
	mu    sync.Mutex
	armed []Fault
}

// Arm makes the next calls meet a fault; op "" is any call.
func (s *Server) Arm(platform, op, kind string, times int) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.armed = append(s.faults.armed, Fault{platform, op, kind, max(times, 1)})
}

// Clear disarms all faults.
func (s *Server) Clear() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.armed = nil
}

// take is the fault that the call meets, "" for none.
func (f *faults) take(platform, op string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.armed, func(a Fault) bool { return a.Platform == platform && (a.Op == "" || a.Op == op) })
	if i < 0 {
		return ""
	}
	kind := f.armed[i].Kind
	if f.armed[i].Times--; f.armed[i].Times == 0 {
		f.armed = slices.Delete(f.armed, i, i+1)
	}
	return kind
}

// under serves a platform's API with its faults. The page on which people allow access meets none.
func (s *Server) under(a api) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		op := a.op(r)
		kind := ""
		if op != "authorize" {
			kind = s.faults.take(a.name, op)
		}
		switch kind {
		case "":
			a.serve.ServeHTTP(w, r)
		case kindTimeoutBefore:
			panic(http.ErrAbortHandler)
		case kindTimeoutAfter:
			a.serve.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		case kindPartial, kindForeignNext:
			s.changed(w, r, a, kind)
		case kindMalformed:
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html><body>We'll be back soon</body></html>"))
		case kindServer:
			http.Error(w, "upstream connect error", http.StatusServiceUnavailable)
		default:
			a.refuse(w, r, kind)
		}
	})
}

// changed is a good answer that something happens to.
func (s *Server) changed(w http.ResponseWriter, r *http.Request, a api, kind string) {
	good := httptest.NewRecorder()
	a.serve.ServeHTTP(good, r)
	body := good.Body.Bytes()
	if kind == kindPartial {
		body = body[:len(body)/2]
	} else {
		body = bytes.ReplaceAll(body, []byte("https://"+r.Host), []byte("https://elsewhere.example"))
		body = bytes.ReplaceAll(body, []byte("http://"+r.Host), []byte("http://elsewhere.example"))
	}
	for name, values := range good.Header() {
		w.Header()[name] = values
	}
	w.Header().Del("Content-Length")
	w.WriteHeader(good.Code)
	_, _ = w.Write(body)
}
