// Package awstest answers for EventBridge, EventBridge Scheduler and SNS over HTTP, as far as
// Bellwether's adapters ask, so that tests run the real SDK clients. DynamoDB is in dynamotest.
package awstest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// Call is one request as it arrived.
type Call struct {
	Service string // "events", "scheduler", "sns"
	Action  string // "PutEvents", "CreateSchedule", "DeleteSchedule", "Publish"
	Name    string // the schedule's
	Body    []byte
	Form    url.Values // of SNS
}

// Response replaces the answer to a call.
type Response struct {
	Status int
	Type   string // the error's type, in the service's own form
	Body   string // when Type is empty
	Lost   bool   // the call is done, then the connection breaks
}

// Server is the endpoint. Its URL is a value for AWS_ENDPOINT_URL and BaseEndpoint.
type Server struct {
	*httptest.Server
	mu     sync.Mutex
	calls  []Call
	timers map[string]json.RawMessage
	keys   int // data keys made so far
	fault  func(n int, c Call) *Response
}

// New starts a server; close it after use.
func New() *Server {
	s := &Server{timers: map[string]json.RawMessage{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

// Fault makes f decide on every call: n counts from 0, nil lets the call be answered as usual.
func (s *Server) Fault(f func(n int, c Call) *Response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// Calls are the requests so far, retries included.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// Timer is the schedule of the given name as it was created.
func (s *Server) Timer(name string) (json.RawMessage, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.timers[name]
	return t, ok
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	c, err := read(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotImplemented)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.calls)
	s.calls = append(s.calls, c)
	var answer *Response
	if s.fault != nil {
		answer = s.fault(n, c)
	}
	if answer == nil || answer.Lost {
		lost := answer != nil
		answer = s.answer(c)
		if lost {
			panic(http.ErrAbortHandler)
		}
	}
	c.write(w, answer)
}

func read(r *http.Request) (Call, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return Call{}, err
	}
	c := Call{Body: body}
	name, isSchedule := strings.CutPrefix(r.URL.Path, "/schedules/")
	switch {
	case r.Header.Get("X-Amz-Target") == "AWSEvents.PutEvents":
		c.Service, c.Action = "events", "PutEvents"
	case r.Header.Get("X-Amz-Target") == "AmazonSQS.SendMessageBatch":
		c.Service, c.Action = "sqs", "SendMessageBatch"
	case r.Header.Get("X-Amz-Target") == "AmazonSQS.ReceiveMessage":
		c.Service, c.Action = "sqs", "ReceiveMessage"
	case r.Header.Get("X-Amz-Target") == "AmazonSQS.DeleteMessage":
		c.Service, c.Action = "sqs", "DeleteMessage"
	case r.Header.Get("X-Amz-Target") == "TrentService.GenerateDataKey":
		c.Service, c.Action = "kms", "GenerateDataKey"
	case r.Header.Get("X-Amz-Target") == "TrentService.Decrypt":
		c.Service, c.Action = "kms", "Decrypt"
	case isSchedule && r.Method == http.MethodPost:
		c.Service, c.Action, c.Name = "scheduler", "CreateSchedule", name
	case isSchedule && r.Method == http.MethodDelete:
		c.Service, c.Action, c.Name = "scheduler", "DeleteSchedule", name
	default:
		if c.Form, err = url.ParseQuery(string(body)); err != nil || snsAnswers[c.Form.Get("Action")] == "" {
			return c, fmt.Errorf("%s %s is not known here", r.Method, r.URL.Path)
		}
		c.Service, c.Action = "sns", c.Form.Get("Action")
	}
	return c, nil
}

func (s *Server) answer(c Call) *Response {
	switch c.Action {
	case "PutEvents":
		return putEvents(c)
	case "SendMessageBatch":
		return BatchResults(c, nil, false)
	case "ReceiveMessage", "DeleteMessage": // the queue is empty
		return &Response{Status: http.StatusOK, Body: "{}"}
	case "GenerateDataKey":
		return s.dataKey(c)
	case "Decrypt":
		return decrypt(c)
	case "CreateSchedule":
		if _, exists := s.timers[c.Name]; exists {
			return &Response{Status: http.StatusConflict, Type: "ConflictException"}
		}
		s.timers[c.Name] = c.Body
		return &Response{Status: http.StatusOK, Body: `{"ScheduleArn":"arn:aws:scheduler:eu-central-1:123456789012:schedule/default/` + c.Name + `"}`}
	case "DeleteSchedule":
		if _, exists := s.timers[c.Name]; !exists {
			return &Response{Status: http.StatusNotFound, Type: "ResourceNotFoundException"}
		}
		delete(s.timers, c.Name)
		return &Response{Status: http.StatusOK, Body: "{}"}
	default:
		return snsAnswer(c.Action, snsAnswers[c.Action])
	}
}

// snsAnswers are the results of SNS's actions.
var snsAnswers = map[string]string{
	"Publish":                   `<MessageId>94f20ce6-13c5-43a0-9a9e-ca52d816e90b</MessageId>`,
	"Subscribe":                 `<SubscriptionArn>arn:aws:sns:eu-central-1:123456789012:budget:94f20ce6-13c5-43a0-9a9e-ca52d816e90b</SubscriptionArn>`,
	"GetSubscriptionAttributes": pendingAttribute + `false` + attributeEnd,
	"Unsubscribe":               ` `,
}

const (
	pendingAttribute = `<Attributes><entry><key>PendingConfirmation</key><value>`
	attributeEnd     = `</value></entry></Attributes>`
)

// Subscription is the answer to GetSubscriptionAttributes.
func Subscription(pending bool) *Response {
	return snsAnswer("GetSubscriptionAttributes", pendingAttribute+strconv.FormatBool(pending)+attributeEnd)
}

func snsAnswer(action, result string) *Response {
	return &Response{Status: http.StatusOK, Body: `<` + action + `Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><` + action + `Result>` + result +
		`</` + action + `Result><ResponseMetadata><RequestId>f187a3c1-376f-11df-8963-01868b7c937a</RequestId></ResponseMetadata></` + action + `Response>`}
}

// Entry is one event of a PutEvents call.
type Entry struct {
	EventBusName string
	Source       string
	DetailType   string
	Detail       string
	Time         float64
}

// Entries are the events of a PutEvents call.
func (c Call) Entries() []Entry {
	var in struct{ Entries []Entry }
	if json.Unmarshal(c.Body, &in) != nil {
		return nil
	}
	return in.Entries
}

func putEvents(c Call) *Response {
	codes := make([]string, len(c.Entries()))
	return EntryResults(codes...)
}

// EntryResults is the answer to a PutEvents call whose entries end with the given error codes, "" for taken.
func EntryResults(codes ...string) *Response {
	out := struct {
		FailedEntryCount int
		Entries          []map[string]string
	}{}
	for i, code := range codes {
		if code == "" {
			out.Entries = append(out.Entries, map[string]string{"EventId": fmt.Sprintf("11710aed-b79e-4468-a20b-bb3c0c3b4860-%d", i)})
			continue
		}
		out.FailedEntryCount++
		out.Entries = append(out.Entries, map[string]string{"ErrorCode": code, "ErrorMessage": "injected"})
	}
	body, err := json.Marshal(out)
	if err != nil {
		return &Response{Status: http.StatusInternalServerError}
	}
	return &Response{Status: http.StatusOK, Body: string(body)}
}

func (c Call) write(w http.ResponseWriter, r *Response) {
	body := r.Body
	switch {
	case c.Service == "sns":
		w.Header().Set("Content-Type", "text/xml")
		if r.Type != "" {
			body = `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>` +
				r.Type + `</Code><Message>injected</Message></Error><RequestId>x</RequestId></ErrorResponse>`
		}
	case r.Type != "":
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.Header().Set("X-Amzn-Errortype", r.Type)
		body = `{"__type":"` + r.Type + `","message":"injected"}`
	default:
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	}
	w.WriteHeader(r.Status)
	io.WriteString(w, body)
}
