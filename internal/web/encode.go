package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

// compressed packs answers: an HTTP API of API Gateway does not, and a page is five times smaller packed.
func compressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			next.ServeHTTP(w, r)
			return
		}
		buffered := &buffer{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(buffered, r)
		buffered.flush()
	})
}

// smallest is the length from which packing an answer pays.
const smallest = 860

// buffer holds an answer back until its length is known.
type buffer struct {
	http.ResponseWriter
	body   bytes.Buffer
	status int
}

func (b *buffer) WriteHeader(status int)             { b.status = status }
func (b *buffer) Write(text []byte) (n int, e error) { return b.body.Write(text) }

func (b *buffer) flush() {
	body := b.body.Bytes()
	if len(body) >= smallest && b.Header().Get("Content-Encoding") == "" {
		b.Header().Set("Content-Encoding", "gzip")
		body = pack(body)
	}
	b.ResponseWriter.WriteHeader(b.status)
	_, _ = b.ResponseWriter.Write(body)
}

func pack(body []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(body) // a bytes.Buffer takes all
	_ = w.Close()
	return out.Bytes()
}

//go:embed assets
var files embed.FS

// file is an asset: as it stands, and packed.
type file struct{ plain, packed []byte }

// assets are read at the first use: most starts of the function serve a page to a browser that has them.
var assets = sync.OnceValues(func() (map[string]file, string) {
	all, sum := map[string]file{}, sha256.New()
	names, _ := fs.Glob(files, "assets/*.*")
	for _, name := range names {
		plain, err := files.ReadFile(name)
		if err != nil {
			continue // embedded: it is there
		}
		sum.Write(plain)
		all[path.Base(name)] = file{plain, pack(plain)}
	}
	return all, base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:9])
})

// assetPath names the asset with the sum of all, so that browsers may keep it for ever.
func assetPath(name string) string {
	_, sum := assets()
	return "/assets/" + sum + "/" + name
}

func asset(w http.ResponseWriter, r *http.Request) {
	all, sum := assets()
	f, ok := all[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	if r.PathValue("sum") == sum {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(r.PathValue("file"))))
	body := f.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.packed
	}
	_, _ = w.Write(body)
}
