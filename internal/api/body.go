package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"bellwether/internal/fault"
)

// MaxBody is the largest body that is read.
const MaxBody = 256 << 10

// Body reads the whole body, or refuses one that is too large.
func Body(r *http.Request) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "bad_body", "the body could not be read")
	}
	if len(b) > MaxBody {
		return nil, fault.Newf(fault.Invalid, codeTooLarge, "a body takes at most %d bytes", MaxBody)
	}
	return b, nil
}

// Decode reads the body as a JSON object into v: nothing behind it, no unknown fields, no value of
// another type. An empty body is an empty object.
func Decode(r *http.Request, v any) error {
	b, err := Body(r)
	if err != nil {
		return err
	}
	if b = bytes.TrimSpace(b); len(b) == 0 {
		b = []byte("{}")
	}
	var object any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&object); err != nil {
		return badJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "bad_json", "there is something behind the JSON object")
	}
	if _, ok := object.(map[string]any); !ok {
		return fault.New(fault.Invalid, "bad_json", "the body must be a JSON object")
	}
	if bad := misfits(object, reflect.TypeOf(v).Elem(), ""); len(bad) > 0 {
		return fault.InvalidFields(bad[:min(len(bad), maxFaults)]...)
	}
	// Of a name that stands there twice, misfits saw only the last value.
	d = json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return badJSON(d.Decode(v))
}

func badJSON(err error) error {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fault.Newf(fault.Invalid, "bad_json", "the body is not valid JSON (near byte %d)", e.Offset)
	}
	return fault.Wrap(err, fault.Invalid, "bad_json", "the body is not valid JSON")
}

// JSON answers with v. It is no page, so that an address in it keeps its &.
func JSON(w http.ResponseWriter, status int, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, err := w.Write(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	return err
}

// ETag names the version of what is answered.
func ETag(w http.ResponseWriter, version int64) {
	w.Header().Set("ETag", `"`+strconv.FormatInt(version, 10)+`"`)
}

// ifMatch is the version that the client wants to change; given is false when it does not say.
func ifMatch(r *http.Request) (version int64, given bool, err error) {
	tag := r.Header.Get("If-Match")
	if tag == "" || tag == "*" {
		return 0, false, nil
	}
	version, err = strconv.ParseInt(strings.Trim(strings.TrimPrefix(tag, "W/"), `"`), 10, 64)
	if err != nil {
		return 0, false, fault.New(fault.Invalid, "bad_if_match", `If-Match must be an ETag as we gave it, like "7"`)
	}
	return version, true, nil
}

// Match refuses a change of any version but the one that the client has seen.
func Match(r *http.Request, current int64) error {
	version, given, err := ifMatch(r)
	if err != nil || !given || version == current {
		return err
	}
	return fault.Newf(fault.Conflict, codePrecondition, "it is at version %d now, not %d: read it again first", current, version)
}

// pageLimit is the page size that the client asks for.
func pageLimit(r *http.Request) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return 25, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 100 {
		return 0, fault.InvalidFields(fault.Field{Name: "limit", Message: "must be a whole number from 1 to 100"})
	}
	return n, nil
}

// Known refuses query parameters that the route does not have: a misspelt filter must not list everything.
func Known(r *http.Request, names ...string) error {
	for name := range r.URL.Query() {
		if !contains(names, name) {
			return fault.InvalidFields(fault.Field{Name: name, Message: "there is no such parameter; there are " + strings.Join(names, ", ")})
		}
	}
	return nil
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}
