package entry

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxAnswer keeps an answer under Lambda's 6 MB, base64 included.
const maxAnswer = 4 << 20

// answer is the http.ResponseWriter of one request.
type answer struct {
	header http.Header
	status int
	sent   http.Header // the header as it was when the status was written
	body   bytes.Buffer
}

func newAnswer() *answer { return &answer{header: http.Header{}} }

func (w *answer) Header() http.Header { return w.header }

func (w *answer) WriteHeader(status int) {
	if w.status != 0 || status < 200 {
		return
	}
	w.status, w.sent = status, w.header.Clone()
}

func (w *answer) Write(p []byte) (int, error) {
	if w.status == 0 {
		if w.header.Get("Content-Type") == "" {
			w.header.Set("Content-Type", http.DetectContentType(p))
		}
		w.WriteHeader(http.StatusOK)
	}
	return w.body.Write(p)
}

// reset forgets what was written, but not the request's id.
func (w *answer) reset() {
	id := w.header.Get(RequestIDHeader)
	*w = answer{header: http.Header{RequestIDHeader: {id}}}
}

type gatewayResponse struct {
	Status  int               `json:"statusCode"`
	Headers map[string]string `json:"headers"`
	Cookies []string          `json:"cookies,omitempty"`
	Body    string            `json:"body"`
	Base64  bool              `json:"isBase64Encoded"`
}

func (w *answer) encode() ([]byte, error) {
	if w.body.Len() > maxAnswer {
		w.reset()
		internalProblem.write(w)
	}
	w.WriteHeader(http.StatusOK)
	out := gatewayResponse{Status: w.status, Headers: make(map[string]string, len(w.sent))}
	for name, values := range w.sent {
		if name == "Set-Cookie" {
			out.Cookies = values
			continue
		}
		out.Headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	if utf8.Valid(w.body.Bytes()) {
		out.Body = w.body.String()
	} else {
		out.Body, out.Base64 = base64.StdEncoding.EncodeToString(w.body.Bytes()), true
	}
	return json.Marshal(out)
}

// problem is an answer that this package gives itself, in the form of package api (RFC 9457).
// It never tells anything from inside.
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Code      string `json:"code"`
	Detail    string `json:"detail"`
	RequestID string `json:"requestId"`
}

var (
	badBodyProblem = problem{
		Status: http.StatusBadRequest, Code: "bad_body", Detail: "the body is not valid base64"}
	tooLargeProblem = problem{
		Status: http.StatusRequestEntityTooLarge, Code: "body_too_large", Detail: fmt.Sprintf("a body takes at most %d bytes", MaxBody)}
	internalProblem = problem{
		Status: http.StatusInternalServerError, Code: "internal", Detail: "something went wrong on our side; the request id helps us to find it"}
)

func (p problem) write(w *answer) {
	p.Type, p.Title, p.RequestID = "about:blank", http.StatusText(p.Status), w.header.Get(RequestIDHeader)
	body, err := json.Marshal(p)
	if err != nil {
		body = nil // a struct of texts and a number always encodes
	}
	w.header.Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	w.body.Write(body)
}

func statusText(status int) string {
	if status == 0 {
		status = http.StatusOK
	}
	return strconv.Itoa(status)
}

type statusError int

func (e statusError) Error() string { return "answered " + strconv.Itoa(int(e)) }
