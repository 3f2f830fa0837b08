// Package apidocs is the API's documentation for people, made from openapi.yaml by Swagger UI 5.35.0 (npm:
// swagger-ui-dist, Apache-2.0; its files are as published, but for the pointer to a map that is not here).
package apidocs

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"sync"

	"bellwether/internal/api"
)

//go:embed assets/*.gz assets/docs.js assets/docs.html
var files embed.FS

// policy allows what Swagger UI does: it draws with inline styles, and its icons are data.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// document is one of the page's files, packed.
type document struct {
	kind   string
	packed []byte
	tag    string
}

// documents are made at the first use: few starts of the function serve this page.
var documents = sync.OnceValues(func() (map[string]document, error) {
	all := map[string]document{}
	for name, kind := range map[string]string{
		"": "text/html; charset=utf-8", "docs.js": "text/javascript; charset=utf-8", "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
		"swagger-ui.css": "text/css; charset=utf-8", "openapi.yaml": "application/yaml",
	} {
		packed, err := read(name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(packed)
		all[name] = document{kind, packed, `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	}
	return all, nil
})

func read(name string) ([]byte, error) {
	switch name {
	case "":
		return packed(files.ReadFile("assets/docs.html"))
	case "docs.js":
		return packed(files.ReadFile("assets/docs.js"))
	case "openapi.yaml":
		return packed(api.Spec, nil)
	}
	return files.ReadFile("assets/" + name + ".gz")
}

func packed(text []byte, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(text) // a buffer takes all
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Handler serves /docs and what it is made of.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /docs", serve)
	mux.HandleFunc("GET /docs/{file}", serve)
	return mux
}

func serve(w http.ResponseWriter, r *http.Request) {
	all, err := documents()
	if err != nil {
		http.Error(w, "the documentation can't be read", http.StatusInternalServerError)
		return
	}
	d, ok := all[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Content-Type", d.kind)
	h.Set("ETag", d.tag)
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == d.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		_, _ = w.Write(d.packed)
		return
	}
	plain, err := gzip.NewReader(bytes.NewReader(d.packed))
	if err != nil {
		http.Error(w, "the documentation can't be read", http.StatusInternalServerError)
		return
	}
	_, _ = io.Copy(w, plain)
}
