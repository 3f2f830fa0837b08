package sam_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/sam"
)

// load writes a template beside the folders that it may name, and reads it.
func load(t *testing.T, text string, parameters ...string) (*sam.Template, error) {
	t.Helper()
	dir := t.TempDir()
	for _, folder := range []string{"one", "two"} {
		if err := os.MkdirAll(filepath.Join(dir, "functions", folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "template.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return sam.Load(path, parameters...)
}

func TestOurTemplate(t *testing.T) {
	const path = "../../template.yaml"
	template, err := sam.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(source), "\n")
	at := func(line int, id string) {
		t.Helper()
		if got := strings.TrimSpace(lines[line-1]); !strings.HasPrefix(got, id+":") {
			t.Errorf("%s is said to be in line %d, which is %q", id, line, got)
		}
	}
	for _, f := range template.Functions {
		at(f.Line, f.LogicalID)
		if want := "bellwether-dev"; f.Env["TABLE_NAME"] != want {
			t.Errorf("%s: TABLE_NAME is %q, want %q", f.Name, f.Env["TABLE_NAME"], want)
		}
		if !slices.ContainsFunc(template.LogGroups, func(g sam.LogGroup) bool { return g.LogicalID == f.LogGroup && g.Days == 30 }) {
			t.Errorf("%s has no log group that is emptied after 30 days", f.Name)
		}
		for _, r := range f.Rules {
			at(r.Line, r.Name)
			if r.DeadLetters == "" || r.DeadLetters != f.Async.OnFailure || r.Retries != 185 || f.Async.Retries != 2 {
				t.Errorf("%s: the rule is %+v, the failures %+v", f.Name, r, f.Async)
			}
		}
	}
	for _, q := range template.Queues {
		at(q.Line, q.LogicalID)
	}
	if a := template.Authorizer; a == nil || a.Function != "authorize" || a.Header != "Authorization" || a.TTL != time.Minute {
		t.Errorf("the authorizer is %+v", a)
	}
	if b := template.Bus; b == nil || b.Name != "bellwether-dev" {
		t.Errorf("the bus is %+v", b)
	}
}

func TestOurTable(t *testing.T) {
	template, err := sam.Load("../../template.yaml", "Environment=prod")
	if err != nil || len(template.Tables) != 1 {
		t.Fatalf("error %v, or not one table", err)
	}
	table := template.Tables[0]
	for _, c := range []struct{ what, got, want string }{
		{"name", table.Name, "bellwether-prod"},
		{"key", fmt.Sprint(table.Key), "[{PK HASH} {SK RANGE}]"},
		{"attributes", fmt.Sprint(table.Attributes), "[{PK S} {SK S} {IPK S} {ISK S}]"},
		{"indexes", fmt.Sprint(table.Indexes), "[{index [{IPK HASH} {ISK RANGE}] KEYS_ONLY}]"},
		{"time to live", table.TTL, "expiresAt"},
		{"stream", table.StreamView, "NEW_AND_OLD_IMAGES"},
	} {
		if c.got != c.want {
			t.Errorf("%s is %s, want %s", c.what, c.got, c.want)
		}
	}
}

func TestOurStream(t *testing.T) {
	template, err := sam.Load("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, ok := template.Function("relay-events")
	if !ok || len(f.Streams) != 1 || len(f.Streams[0].Filters) != 1 {
		t.Fatalf("the relay is %+v", f)
	}
	s := f.Streams[0]
	if s.Table != "Table" || s.BatchSize != 100 || s.Retries != 100 || !s.Bisect || !s.PartialFailure || s.OnFailure != "RelayEventsDeadLetters" {
		t.Errorf("the stream is %+v", s)
	}
	for record, want := range map[string]bool{
		`{"eventName":"INSERT","dynamodb":{"NewImage":{"PK":{"S":"a"},"events":{"S":"[]"}}}}`: true,
		`{"eventName":"MODIFY","dynamodb":{"NewImage":{"PK":{"S":"a"}}}}`:                     false,
		`{"eventName":"REMOVE","dynamodb":{"OldImage":{"events":{"S":"[]"}}}}`:                false,
	} {
		if got := s.Filters[0].Match([]byte(record)); got != want {
			t.Errorf("%s passes: %v", record, got)
		}
	}
}

func TestOurSubscriptionsFollowTheParameters(t *testing.T) {
	tests := []struct {
		given []string
		want  string
	}{
		{nil, "[]"},
		{[]string{"AlertEmail=a@example.com"}, "[email a@example.com]"},
		{[]string{"AlertEmail=a@example.com", "AlertPhone=+491701234567"}, "[email a@example.com sms +491701234567]"},
	}
	for _, tt := range tests {
		template, err := sam.Load("../../template.yaml", tt.given...)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, s := range template.Topics[0].Subscriptions {
			if s.Protocol != "sqs" {
				got = append(got, s.Protocol, s.Endpoint)
			}
		}
		if fmt.Sprint(got) != tt.want {
			t.Errorf("%v subscribes %v, want %s", tt.given, got, tt.want)
		}
	}
	if _, err := sam.Load("../../template.yaml", "AlertMail=a@example.com"); err == nil {
		t.Error("a parameter that does not exist was taken")
	}
}

// What is for one person reaches only their own subscriptions, and the queue gets what is handed over.
func TestOurSubscriptionsAreFiltered(t *testing.T) {
	template, err := sam.Load("../../template.yaml", "AlertEmail=a@example.com", "AlertPhone=+491701234567")
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range template.Topics[:2] {
		queues := 0
		for _, s := range topic.Subscriptions {
			toAll, toOne, toQueue := []byte(`{"handover":"true"}`), []byte(`{"recipient":"1","channel":"email"}`), []byte(`{"recipient":"none","handover":"true"}`)
			if s.Protocol == "sqs" {
				queues++
				if s.Endpoint != "AlertQueue" || !s.Raw || !s.Filter.Match(toAll) || !s.Filter.Match(toQueue) || s.Filter.Match(toOne) {
					t.Errorf("%s: the queue's subscription is %+v", topic.Name, s)
				}
				continue
			}
			if !s.Filtered || !s.Filter.Match(toAll) || s.Filter.Match(toOne) || s.Filter.Match(toQueue) {
				t.Errorf("%s: %s gets the wrong messages", topic.Name, s.Endpoint)
			}
		}
		if queues != 1 {
			t.Errorf("%s goes to %d queues", topic.Name, queues)
		}
	}
}

const small = `
Parameters:
  Stage: { Type: String, Default: dev }
  Issuer: { Type: String, Default: '' }
Conditions:
  Own: !Not [!Equals [!Ref Issuer, '']]
  Dev: !And [!Equals [!Ref Stage, dev], !Not [!Condition Own]]
Globals:
  Function:
    Timeout: 7
    Environment: { Variables: { SHARED: all, OWN: no } }
Resources:
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: !Sub 'q-${Stage}' } }
  Topic: { Type: AWS::SNS::Topic }
  OneFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/one/
      Environment:
        Variables:
          OWN: !If [Own, !Ref Issuer, none]
          ABSENT: !If [Dev, !Ref AWS::NoValue, x]
          QUEUE: !GetAtt Queue.Arn
          NAME: {Fn::GetAtt: [Queue, QueueName]}
          TOPIC: {Ref: Topic}
          TARGETS: !Sub two=${TwoFunction.Arn}
          LITERAL: !Sub '${!x} ${AWS::Region}'
  TwoFunction:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: ./functions/two, Timeout: 9 }
`

func TestValues(t *testing.T) {
	template, err := load(t, small)
	if err != nil {
		t.Fatal(err)
	}
	one, _ := template.Function("one")
	two, ok := template.Function("two")
	if !ok || one.Timeout != 7*time.Second || two.Timeout != 9*time.Second || two.Env["SHARED"] != "all" {
		t.Errorf("the functions are %+v and %+v", one, two)
	}
	want := map[string]string{
		"SHARED": "all", "OWN": "none", "NAME": "q-dev", "LITERAL": "${x} us-east-1",
		"QUEUE":   "arn:aws:sqs:us-east-1:000000000000:q-dev",
		"TOPIC":   "arn:aws:sns:us-east-1:000000000000:Topic",
		"TARGETS": "two=arn:aws:lambda:us-east-1:000000000000:function:TwoFunction",
	}
	if fmt.Sprint(one.Env) != fmt.Sprint(want) {
		t.Errorf("the environment is\n%v, want\n%v", one.Env, want)
	}
}

const waking = `
Resources:
  Dead: { Type: AWS::SQS::Queue }
  Work:
    Type: AWS::SQS::Queue
    Properties: { VisibilityTimeout: 90, RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 4 } }
  OneFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/one/
      Events:
        Messages:
          Type: SQS
          Properties: { Queue: !GetAtt Work.Arn, BatchSize: 1, FunctionResponseTypes: [ReportBatchItemFailures], ScalingConfig: { MaximumConcurrency: 7 } }
        Off: { Type: SQS, Properties: { Queue: !GetAtt Work.Arn, Enabled: false } }
        Tick:
          Type: ScheduleV2
          Properties:
            ScheduleExpression: rate(2 hours)
            Input: '{"a":1}'
            RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 600 }
            DeadLetterConfig: { Arn: !GetAtt Dead.Arn }
        Plain: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day) } }
        Still: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day), State: DISABLED } }
`

// What wakes a function is read with its limits; what is switched off wakes nothing.
func TestQueuesAndSchedules(t *testing.T) {
	template, err := load(t, waking)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := template.Function("one")
	if len(f.Queues) != 1 || len(f.Schedules) != 2 {
		t.Fatalf("%d queues and %d schedules wake it", len(f.Queues), len(f.Schedules))
	}
	if q := f.Queues[0]; q.Queue != "Work" || q.BatchSize != 1 || q.Concurrency != 7 || !q.PartialFailure {
		t.Errorf("the messages are %+v", q)
	}
	tick, plain := f.Schedules[0], f.Schedules[1]
	if tick.Name != "Tick" {
		tick, plain = plain, tick
	}
	if tick.Every != 2*time.Hour || tick.Input != `{"a":1}` || tick.Retries != 2 || tick.MaxAge != 10*time.Minute || tick.DeadLetters != "Dead" {
		t.Errorf("the tick is %+v", tick)
	}
	// The Scheduler's documented defaults.
	if plain.Every != 24*time.Hour || plain.Retries != 185 || plain.MaxAge != 24*time.Hour || plain.DeadLetters != "" {
		t.Errorf("the plain one is %+v", plain)
	}
	for _, q := range template.Queues {
		if q.LogicalID == "Work" && (q.Visibility != 90*time.Second || q.DeadLetters != "Dead" || q.MaxReceives != 4) {
			t.Errorf("the queue is %+v", q)
		}
	}
}
