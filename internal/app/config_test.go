package app_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"bellwether/internal/app"
)

var lambdaEnv = map[string]string{
	"AWS_REGION":               "eu-central-1",
	"AWS_ACCESS_KEY_ID":        "AKIDEXAMPLE",
	"AWS_SECRET_ACCESS_KEY":    "wJalrXUtnFEMI",
	"AWS_SESSION_TOKEN":        "session",
	"AWS_LAMBDA_FUNCTION_NAME": "bellwether-campaigns-api",
	app.EnvTable:               "bellwether",
	app.EnvBus:                 "bus",
	app.EnvBudgetTopic:         "arn:aws:sns:eu-central-1:123456789012:budget",
	app.EnvCursorKey:           "a very secret key",
	app.EnvIssuer:              "https://issuer.example",
	app.EnvAudience:            "client",
	app.EnvTimerRole:           "arn:aws:iam::123456789012:role/timers",
	app.EnvTimerGroup:          "bellwether",
	app.EnvTimerTargets:        "watch-deadlines=arn:aws:lambda:x:function:w,publish-post=arn:p",
	app.EnvTimerDeadQueue:      "arn:aws:sqs:x",
}

// load reads the Lambda environment with changes; an empty value is an unset variable.
func load(changes map[string]string) (app.Config, error) {
	return app.Load(func(name string) string {
		if v, ok := changes[name]; ok {
			return v
		}
		return lambdaEnv[name]
	}, new(bytes.Buffer))
}

func TestLoad(t *testing.T) {
	c, err := load(nil)
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := c.AWS.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []struct{ what, got, want string }{
		{"region", c.AWS.Region, "eu-central-1"},
		{"access key", credentials.AccessKeyID, "AKIDEXAMPLE"},
		{"session token", credentials.SessionToken, "session"},
		{"function", c.Function, "bellwether-campaigns-api"},
		{"table", c.Table, "bellwether"},
		{"bus", c.BusName, "bus"},
		{"topic", c.BudgetTopicARN, "arn:aws:sns:eu-central-1:123456789012:budget"},
		{"cursor key", c.CursorKey.Reveal(), "a very secret key"},
		{"issuer", c.Issuer, "https://issuer.example"},
		{"audience", c.Audience, "client"},
		{"timer role", c.Timers.RoleARN, "arn:aws:iam::123456789012:role/timers"},
		{"timer group", c.Timers.Group, "bellwether"},
		{"timer target", c.Timers.Targets["publish-post"], "arn:p"},
		{"timer dead letters", c.Timers.DeadLetterARN, "arn:aws:sqs:x"},
	} {
		if f.got != f.want {
			t.Errorf("%s is %q, want %q", f.what, f.got, f.want)
		}
	}
	if c.Now == nil || c.Random == nil || c.Observer == nil || c.HTTP == nil || c.AWS.HTTPClient != c.HTTP {
		t.Error("a source of time, randomness, logs or connections is missing, or there are two HTTP clients")
	}
}

func TestEnvNamesAreAllThatIsRead(t *testing.T) {
	read := map[string]bool{}
	if _, err := app.Load(func(name string) string { read[name] = true; return lambdaEnv[name] }, new(bytes.Buffer)); err != nil {
		t.Fatal(err)
	}
	for _, name := range app.EnvNames() {
		if !read[name] {
			t.Errorf("%s is never read", name)
		}
		delete(read, name)
	}
	for name := range read {
		if !strings.HasPrefix(name, "AWS_") {
			t.Errorf("%s is read and not listed", name)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, changes := range map[string]map[string]string{
		"no region":       {"AWS_REGION": ""},
		"a broken target": {app.EnvTimerTargets: "watch-deadlines"},
		"an empty target": {app.EnvTimerTargets: "watch-deadlines="},
	} {
		if _, err := load(changes); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	c, err := load(map[string]string{"AWS_SECRET_ACCESS_KEY": ""})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.AWS.Credentials.Retrieve(t.Context()); err == nil {
		t.Error("credentials without a secret key")
	}
}

// The SDK's endpoint variables work as with its own configuration: one for all services, and one each.
func TestEndpoints(t *testing.T) {
	var hosts []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hosts = append(hosts, r.URL.Path)
		w.WriteHeader(http.StatusBadRequest)
	}))
	defer server.Close()
	c, err := load(map[string]string{
		"AWS_ENDPOINT_URL":             server.URL + "/all",
		"AWS_ENDPOINT_URL_EVENTBRIDGE": server.URL + "/events",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ENDPOINT_URL", server.URL+"/all") // the SDK looks itself whether the two are set
	t.Setenv("AWS_ENDPOINT_URL_EVENTBRIDGE", server.URL+"/events")
	eventbridge.NewFromConfig(c.AWS).PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{}}})
	text := "x"
	sns.NewFromConfig(c.AWS).Publish(t.Context(), &sns.PublishInput{Message: &text, TopicArn: &text})
	if got := strings.Join(hosts, " "); got != "/events /all" {
		t.Errorf("asked %q", got)
	}
}

func TestRetriesFitIntoAnInvocation(t *testing.T) {
	c, err := load(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := c.AWS.Retryer()
	for attempt := range 20 {
		if d, err := r.RetryDelay(attempt, nil); err != nil || d < 0 || d >= 1e9 {
			t.Errorf("attempt %d waits %v (%v)", attempt, d, err)
		}
	}
	if n := r.MaxAttempts(); n != 4 {
		t.Errorf("%d attempts", n)
	}
}

// A client that app imported would cost every function its init.
func TestNoServiceClientIsImported(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-tags", "lambda.norpc", "bellwether/internal/app").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dep := range strings.Lines(string(out)) {
		for _, heavy := range []string{"/service/", "aws-sdk-go-v2/config", "text/template", "html/template"} {
			if strings.Contains(dep, heavy) {
				t.Errorf("app imports %s", dep)
			}
		}
	}
}
