package sns_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"bellwether/internal/awstest"
	"bellwether/internal/channel"
	"bellwether/internal/channel/sns"
	"bellwether/internal/fault"
)

const arn = "arn:aws:sns:eu-central-1:123456789012:budget"

func open(t *testing.T) (*sns.Topic, *awstest.Server) {
	t.Helper()
	server := awstest.New()
	t.Cleanup(server.Close)
	return sns.New(server.Config(), arn), server
}

func TestPublish(t *testing.T) {
	topic, server := open(t)
	err := topic.Publish(t.Context(), channel.Message{
		ID: "a-1", Subject: "Budget 90 %", Text: "Spent: 95 €", SMS: "95 spent",
		Attributes: map[string]string{"severity": "high", "orgId": "o-1", "team": ""},
	})
	if err != nil {
		t.Fatal(err)
	}
	form := server.Calls()[0].Form
	if form.Get("TopicArn") != arn || form.Get("Subject") != "Budget 90 %" || form.Get("MessageStructure") != "json" {
		t.Errorf("the request is %v", form)
	}
	var texts map[string]string
	if err := json.Unmarshal([]byte(form.Get("Message")), &texts); err != nil {
		t.Fatal(err)
	}
	if texts["default"] != "Spent: 95 €" || texts["email"] != "Spent: 95 €" || texts["sms"] != "95 spent" {
		t.Errorf("the texts are %v", texts)
	}
	got := map[string]string{}
	for i := 1; form.Has(fmt.Sprintf("MessageAttributes.entry.%d.Name", i)); i++ {
		entry := fmt.Sprintf("MessageAttributes.entry.%d.", i)
		if form.Get(entry+"Value.DataType") != "String" {
			t.Errorf("attribute %d is no string", i)
		}
		got[form.Get(entry+"Name")] = form.Get(entry + "Value.StringValue")
	}
	if fmt.Sprint(got) != "map[alertId:a-1 orgId:o-1 severity:high]" {
		t.Errorf("the attributes are %v", got)
	}
}

func TestSubjectFitsSNS(t *testing.T) {
	tests := []struct{ name, given, want string }{
		{"plain", "Budget 100 %: paused", "Budget 100 %: paused"},
		{"lines and controls", "a\r\nb\tc\x7f", "a  b c"},
		{"not ASCII", "Café – 90 %", "Caf? ? 90 %"},
		{"begins with a space", "  \nx", "x"},
		{"too long", strings.Repeat("x", 300), strings.Repeat("x", 96) + "..."},
		{"nothing left", "\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			topic, server := open(t)
			if err := topic.Publish(t.Context(), channel.Message{Subject: tt.given, Text: "x"}); err != nil {
				t.Fatal(err)
			}
			if got := server.Calls()[0].Form.Get("Subject"); got != tt.want {
				t.Errorf("subject %q, want %q", got, tt.want)
			}
		})
	}
}

func TestFailures(t *testing.T) {
	tests := []struct {
		name  string
		fault awstest.Response
		want  fault.Kind
	}{
		{"a message that it refuses", awstest.Response{Status: http.StatusBadRequest, Type: "InvalidParameter"}, fault.Permanent},
		{"a value that it refuses", awstest.Response{Status: http.StatusBadRequest, Type: "ParameterValueInvalid"}, fault.Permanent},
		{"throttling", awstest.Response{Status: http.StatusTooManyRequests, Type: "Throttled"}, fault.Retryable},
		{"no such topic yet", awstest.Response{Status: http.StatusNotFound, Type: "NotFound"}, fault.Retryable},
		{"an outage", awstest.Response{Status: http.StatusInternalServerError, Type: "InternalError"}, fault.Retryable},
		{"lost answers", awstest.Response{Lost: true}, fault.Retryable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			topic, server := open(t)
			server.Fault(func(int, awstest.Call) *awstest.Response { return &tt.fault })
			if err := topic.Publish(t.Context(), channel.Message{ID: "a", Text: "x"}); !fault.Is(err, tt.want) {
				t.Fatalf("error %v, want kind %s", err, tt.want)
			}
		})
	}
}
