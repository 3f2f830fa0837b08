package kms_test

import (
	"crypto/rand"
	"net/http"
	"testing"

	"bellwether/internal/awstest"
	"bellwether/internal/fault"
	"bellwether/internal/secret/kms"
	"bellwether/internal/secret/secrettest"
)

const key = "arn:aws:kms:eu-central-1:123456789012:key/1"

func open(t *testing.T) (*kms.Sealer, *awstest.Server) {
	t.Helper()
	server := awstest.New()
	t.Cleanup(server.Close)
	return kms.New(server.Config(), key, rand.Reader), server
}

func TestSealer(t *testing.T) {
	s, _ := open(t)
	secrettest.Run(t, s)
}

// Each secret has a data key of its own, in the context of its account, and costs one call.
func TestOneCallASecret(t *testing.T) {
	s, server := open(t)
	context := map[string]string{"orgId": "o", "integrationId": "i"}
	sealed, err := s.Seal(t.Context(), []byte("token"), context)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), sealed, context); err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, c := range server.Calls() {
		actions = append(actions, c.Action)
		if id, in := c.Key(); id != key || in["orgId"] != "o" || in["integrationId"] != "i" {
			t.Errorf("%s with key %s in %v", c.Action, id, in)
		}
	}
	if len(actions) != 2 || actions[0] != "GenerateDataKey" || actions[1] != "Decrypt" {
		t.Errorf("it called %v", actions)
	}
}

func TestFailures(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault awstest.Response
		want  fault.Kind
	}{
		{"not allowed", awstest.Response{Status: http.StatusBadRequest, Type: "AccessDeniedException"}, fault.Permanent},
		{"disabled", awstest.Response{Status: http.StatusBadRequest, Type: "DisabledException"}, fault.Permanent},
		{"throttled", awstest.Response{Status: http.StatusBadRequest, Type: "ThrottlingException"}, fault.Retryable},
		{"an outage", awstest.Response{Status: http.StatusInternalServerError, Type: "KMSInternalException"}, fault.Retryable},
		{"lost answers", awstest.Response{Lost: true}, fault.Retryable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, server := open(t)
			sealed, err := s.Seal(t.Context(), []byte("token"), nil)
			if err != nil {
				t.Fatal(err)
			}
			server.Fault(func(int, awstest.Call) *awstest.Response { return &tt.fault })
			if _, err := s.Seal(t.Context(), []byte("token"), nil); !fault.Is(err, tt.want) {
				t.Errorf("sealing: %v, want kind %s", err, tt.want)
			}
			if _, err := s.Open(t.Context(), sealed, nil); !fault.Is(err, tt.want) {
				t.Errorf("opening: %v, want kind %s", err, tt.want)
			}
		})
	}
}
