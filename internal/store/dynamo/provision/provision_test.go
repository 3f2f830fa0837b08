package provision_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"bellwether/internal/sam"
	"bellwether/internal/store/dynamo/provision"
	"bellwether/internal/store/dynamotest"
)

// server notes what it is asked for; it has the table when exists is true.
type server struct {
	*httptest.Server
	exists bool
	calls  []string
	bodies map[string]map[string]any
}

func newServer(t *testing.T, exists bool) *server {
	s := &server{exists: exists, bodies: map[string]map[string]any{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	s.calls = append(s.calls, action)
	var body map[string]any
	json.NewDecoder(r.Body).Decode(&body)
	s.bodies[action] = body
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	if action == "DescribeTable" && !s.exists {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}`)
		return
	}
	s.exists = s.exists || action == "CreateTable"
	fmt.Fprint(w, `{"Table":{"TableStatus":"ACTIVE"}}`)
}

func definition(t *testing.T) sam.Table {
	t.Helper()
	template, err := sam.Load("../../../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return template.Tables[0]
}

func TestTableIsCreatedAsTheTemplateHasIt(t *testing.T) {
	s := newServer(t, false)
	created, err := provision.Table(t.Context(), dynamotest.Config(s.URL, s.Client().Transport), definition(t))
	if err != nil || !created {
		t.Fatalf("created: %v, %v", created, err)
	}
	if want := []string{"DescribeTable", "CreateTable", "DescribeTable", "UpdateTimeToLive"}; !slices.Equal(s.calls, want) {
		t.Errorf("it called %v, want %v", s.calls, want)
	}
	got, err := json.Marshal(s.bodies["CreateTable"])
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"AttributeDefinitions":[{"AttributeName":"PK","AttributeType":"S"},{"AttributeName":"SK","AttributeType":"S"},` +
		`{"AttributeName":"IPK","AttributeType":"S"},{"AttributeName":"ISK","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST",` +
		`"GlobalSecondaryIndexes":[{"IndexName":"index","KeySchema":[{"AttributeName":"IPK","KeyType":"HASH"},{"AttributeName":"ISK","KeyType":"RANGE"}],` +
		`"Projection":{"ProjectionType":"KEYS_ONLY"}}],"KeySchema":[{"AttributeName":"PK","KeyType":"HASH"},{"AttributeName":"SK","KeyType":"RANGE"}],` +
		`"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"},"TableName":"bellwether-dev"}`
	if string(got) != want {
		t.Errorf("the table is\n%s, want\n%s", got, want)
	}
	if ttl := fmt.Sprint(s.bodies["UpdateTimeToLive"]["TimeToLiveSpecification"]); ttl != "map[AttributeName:expiresAt Enabled:true]" {
		t.Errorf("time to live: %s", ttl)
	}
}

func TestAnExistingTableIsLeftAlone(t *testing.T) {
	s := newServer(t, true)
	created, err := provision.Table(t.Context(), dynamotest.Config(s.URL, s.Client().Transport), definition(t))
	if err != nil || created || len(s.calls) != 1 {
		t.Errorf("created: %v, %v, by %v", created, err, s.calls)
	}
}

func TestConfigWantsARegion(t *testing.T) {
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/none")
	if _, err := provision.Config(t.Context()); err == nil || !strings.Contains(err.Error(), "AWS_REGION") {
		t.Errorf("the error is %v", err)
	}
	t.Setenv("AWS_REGION", "eu-central-1")
	if cfg, err := provision.Config(t.Context()); err != nil || cfg.Region != "eu-central-1" {
		t.Errorf("the region is %q, %v", cfg.Region, err)
	}
}
