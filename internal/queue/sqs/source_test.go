package sqs_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"bellwether/internal/awstest"
	"bellwether/internal/fault"
	"bellwether/internal/queue/sqs"
)

func TestReceive(t *testing.T) {
	server := awstest.New()
	defer server.Close()
	q := sqs.New(server.Config(), "https://sqs.example/1/dead")
	if got, err := q.Receive(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("an empty queue gives %v (%v)", got, err)
	}
	server.Fault(func(int, awstest.Call) *awstest.Response {
		return &awstest.Response{Status: http.StatusOK, Body: `{"Messages":[{"MessageId":"1","ReceiptHandle":"r1","Body":"{}",
			"Attributes":{"SentTimestamp":"1795449600123"},"MessageAttributes":{"ERROR_CODE":{"DataType":"String","StringValue":"NO_PERMISSIONS"}}}]}`}
	})
	got, err := q.Receive(t.Context())
	if err != nil || len(got) != 1 {
		t.Fatalf("%v (%v)", got, err)
	}
	m := got[0]
	if string(m.Body) != "{}" || m.Receipt != "r1" || m.Attributes["ERROR_CODE"] != "NO_PERMISSIONS" || !m.SentAt.Equal(time.UnixMilli(1795449600123)) {
		t.Errorf("the message is %+v", m)
	}
}

func TestDelete(t *testing.T) {
	server := awstest.New()
	defer server.Close()
	q := sqs.New(server.Config(), "https://sqs.example/1/dead")
	if err := q.Delete(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	server.Fault(func(int, awstest.Call) *awstest.Response {
		return &awstest.Response{Status: http.StatusInternalServerError, Type: "InternalFailure"}
	})
	if err := q.Delete(t.Context(), "r1"); !fault.Is(err, fault.Retryable) {
		t.Errorf("it ends with %v", err)
	}
	if _, err := q.Receive(t.Context()); !fault.Is(err, fault.Retryable) || errors.Is(err, nil) {
		t.Errorf("it ends with %v", err)
	}
}
