package apidocs

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"bellwether/internal/api"
	"bellwether/internal/browsertest"
)

func get(path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w
}

func TestFiles(t *testing.T) {
	for path, want := range map[string]struct{ kind, holds string }{
		"/docs":                      {"text/html; charset=utf-8", `<main id="api">`},
		"/docs/docs.js":              {"text/javascript; charset=utf-8", "SwaggerUIBundle("},
		"/docs/swagger-ui-bundle.js": {"text/javascript; charset=utf-8", "SwaggerUIBundle"},
		"/docs/swagger-ui.css":       {"text/css; charset=utf-8", ".swagger-ui"},
		"/docs/openapi.yaml":         {"application/yaml", "openapi: 3.1"},
	} {
		plain := get(path)
		if plain.Code != http.StatusOK || plain.Header().Get("Content-Type") != want.kind || plain.Header().Get("Content-Security-Policy") != policy || plain.Header().Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(plain.Body.String(), want.holds) {
			t.Errorf("%s: %d %s", path, plain.Code, plain.Header().Get("Content-Type"))
		}
		small := get(path, "Accept-Encoding", "br, gzip")
		r, err := gzip.NewReader(small.Body)
		if err != nil || small.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("%s is not packed: %v", path, err)
			continue
		}
		if text, err := io.ReadAll(r); err != nil || !bytes.Equal(text, plain.Body.Bytes()) {
			t.Errorf("%s differs, packed: %v", path, err)
		}
		if again := get(path, "If-None-Match", plain.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s unchanged answered %d", path, again.Code)
		}
	}
	if w := get("/docs/LICENSE"); w.Code != http.StatusNotFound {
		t.Errorf("another file answered %d", w.Code)
	}
	if !bytes.Equal(get("/docs/openapi.yaml").Body.Bytes(), api.Spec) {
		t.Error("another openapi.yaml")
	}
}

func TestPage(t *testing.T) {
	b := browsertest.Open(t)
	s := httptest.NewServer(Handler())
	defer s.Close()
	p := b.Page(t, browsertest.Options{Base: s.URL, Width: 1200, Height: 900})
	p.Goto("/docs")
	p.WaitText(".opblock-summary-path", "/v1/campaigns")
	p.NoOverflow()
}
