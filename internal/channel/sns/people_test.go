package sns_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"bellwether/internal/awstest"
	"bellwether/internal/channel"
	"bellwether/internal/channel/sns"
	"bellwether/internal/fault"
)

func people(t *testing.T) (*sns.People, *awstest.Server) {
	t.Helper()
	server := awstest.New()
	t.Cleanup(server.Close)
	return sns.NewPeople(server.Config(), arn), server
}

func TestASubscriptionIsFilteredToItsOwner(t *testing.T) {
	p, server := people(t)
	for protocol, waits := range map[string]bool{channel.Email: true, channel.SMS: false} {
		endpoint, pending, err := p.Subscribe(t.Context(), "ada", protocol, "address")
		if err != nil || pending != waits || endpoint == "" {
			t.Fatalf("%s: %q, pending %v, %v", protocol, endpoint, pending, err)
		}
		calls := server.Calls()
		form := calls[len(calls)-1].Form
		var filter map[string][]string
		if err := json.Unmarshal([]byte(form.Get("Attributes.entry.1.value")), &filter); err != nil || form.Get("Attributes.entry.1.key") != "FilterPolicy" {
			t.Fatalf("the request is %v", form)
		}
		if filter["recipient"][0] != "ada" || filter["channel"][0] != protocol || form.Get("ReturnSubscriptionArn") != "true" || form.Get("TopicArn") != arn {
			t.Errorf("%s: the filter is %v, the request %v", protocol, filter, form)
		}
	}
}

func TestWhetherAnOwnerHasAgreed(t *testing.T) {
	p, server := people(t)
	for _, tt := range []struct {
		answer *awstest.Response
		want   bool
	}{
		{awstest.Subscription(true), false},
		{awstest.Subscription(false), true},
		{&awstest.Response{Status: http.StatusNotFound, Type: "NotFound"}, false},
	} {
		server.Fault(func(int, awstest.Call) *awstest.Response { return tt.answer })
		if got, err := p.Confirmed(t.Context(), "endpoint"); err != nil || got != tt.want {
			t.Errorf("%+v: %v, %v", tt.answer, got, err)
		}
	}
}

func TestEndingASubscription(t *testing.T) {
	p, server := people(t)
	for _, tt := range []struct {
		answer *awstest.Response
		fails  bool
	}{
		{nil, false},
		{&awstest.Response{Status: http.StatusNotFound, Type: "NotFound"}, false},
		{&awstest.Response{Status: http.StatusBadRequest, Type: "InvalidParameter"}, false},
		{&awstest.Response{Status: http.StatusInternalServerError, Type: "InternalError"}, true},
	} {
		server.Fault(func(int, awstest.Call) *awstest.Response { return tt.answer })
		if err := p.Unsubscribe(t.Context(), "endpoint"); (err != nil) != tt.fails {
			t.Errorf("%+v: %v", tt.answer, err)
		}
	}
}

func TestSomebodyElsesAddress(t *testing.T) {
	p, server := people(t)
	server.Fault(func(int, awstest.Call) *awstest.Response {
		return &awstest.Response{Status: http.StatusBadRequest, Type: "InvalidParameter"}
	})
	_, _, err := p.Subscribe(t.Context(), "ada", channel.Email, "ada@example.com")
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Kind != fault.Invalid || e.Fields[0].Name != "address" {
		t.Errorf("it ends with %v", err)
	}
}

func TestSendToAPerson(t *testing.T) {
	p, server := people(t)
	letter := channel.Letter{ID: "d-1", Title: "Spent: 95 €", Lines: []string{"All of it.", "As of now."}, SMS: "95 spent", Severity: "critical", Category: "budget"}
	if err := p.Send(t.Context(), "ada", channel.SMS, letter); err != nil {
		t.Fatal(err)
	}
	form := server.Calls()[0].Form
	var texts map[string]string
	if err := json.Unmarshal([]byte(form.Get("Message")), &texts); err != nil {
		t.Fatal(err)
	}
	if texts["sms"] != "95 spent" || texts["email"] != "Spent: 95 €\n\nAll of it.\nAs of now.\n\ncritical · budget · d-1" || form.Get("Subject") != "Spent: 95 ?" {
		t.Errorf("texts %v, subject %q", texts, form.Get("Subject"))
	}
	want := map[string]string{"recipient": "ada", "channel": "sms", "severity": "critical", "category": "budget", "alertId": "d-1"}
	for i := 1; form.Get("MessageAttributes.entry."+string(rune('0'+i))+".Name") != ""; i++ {
		n := "MessageAttributes.entry." + string(rune('0'+i))
		if name := form.Get(n + ".Name"); form.Get(n+".Value.StringValue") != want[name] {
			t.Errorf("%s is %q", name, form.Get(n+".Value.StringValue"))
		} else {
			delete(want, name)
		}
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

// A letter is tried once, and its end says whether it may be out.
func TestOutcomes(t *testing.T) {
	for _, tt := range []struct {
		answer awstest.Response
		want   channel.Outcome
	}{
		{awstest.Response{Status: http.StatusBadRequest, Type: "InvalidParameter"}, channel.Refused},
		{awstest.Response{Status: http.StatusTooManyRequests, Type: "Throttled"}, channel.Throttle},
		{awstest.Response{Status: http.StatusNotFound, Type: "NotFound"}, channel.Unsent},
		{awstest.Response{Status: http.StatusForbidden, Type: "AuthorizationError"}, channel.Unsent},
		{awstest.Response{Status: http.StatusInternalServerError, Type: "InternalError"}, channel.Unknown},
		{awstest.Response{Lost: true}, channel.Unknown},
	} {
		p, server := people(t)
		server.Fault(func(int, awstest.Call) *awstest.Response { return &tt.answer })
		err := p.Send(t.Context(), "ada", channel.SMS, channel.Letter{ID: "1", Title: "t"})
		if e, ok := errors.AsType[*channel.Error](err); !ok || e.Outcome != tt.want || len(server.Calls()) != 1 {
			t.Errorf("%+v: %v after %d calls", tt.answer, err, len(server.Calls()))
		}
	}
	p, server := people(t)
	server.Close()
	err := p.Send(t.Context(), "ada", channel.SMS, channel.Letter{ID: "1", Title: "t"})
	if e, ok := errors.AsType[*channel.Error](err); !ok || e.Outcome != channel.Unsent {
		t.Errorf("a topic that nobody can reach: %v", err)
	}
}
