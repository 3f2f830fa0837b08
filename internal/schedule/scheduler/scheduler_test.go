package scheduler_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"bellwether/internal/app"
	"bellwether/internal/awstest"
	"bellwether/internal/fault"
	"bellwether/internal/schedule"
	"bellwether/internal/schedule/scheduler"
)

var now = time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)

const target = "arn:aws:lambda:eu-central-1:123456789012:function:watch-deadlines"

func open(t *testing.T) (*scheduler.Scheduler, *awstest.Server) {
	t.Helper()
	server := awstest.New()
	t.Cleanup(server.Close)
	options := scheduler.Options(app.Timers{
		RoleARN:       "arn:aws:iam::123456789012:role/timers",
		Group:         "bellwether",
		DeadLetterARN: "arn:aws:sqs:eu-central-1:123456789012:timers",
		Targets:       map[string]string{"watch-deadlines": target},
	})
	return scheduler.New(server.Config(), options, func() time.Time { return now }), server
}

func timer() schedule.Timer {
	return schedule.Timer{
		Name:    "budget-period-ended.6b1d0e52-935c-5a7f-8e21-5dc40a773b90",
		At:      time.Date(2026, 12, 1, 1, 0, 0, 0, time.FixedZone("CET", 3600)),
		Target:  "watch-deadlines",
		Payload: json.RawMessage(`{"kind":"budget-period-ended"}`),
	}
}

func TestSetCreatesAOneTimeSchedule(t *testing.T) {
	s, server := open(t)
	if err := s.Set(t.Context(), timer()); err != nil {
		t.Fatal(err)
	}
	body, ok := server.Timer(timer().Name)
	if !ok {
		t.Fatal("there is no schedule")
	}
	var got struct {
		ScheduleExpression, ScheduleExpressionTimezone, ActionAfterCompletion, GroupName, ClientToken string
		FlexibleTimeWindow                                                                            struct{ Mode string }
		Target                                                                                        struct {
			Arn, RoleArn, Input string
			DeadLetterConfig    struct{ Arn string }
			RetryPolicy         struct{ MaximumRetryAttempts, MaximumEventAgeInSeconds int }
		}
	}
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ what, got, want string }{
		{"expression", got.ScheduleExpression, "at(2026-12-01T00:00:00)"},
		{"zone", got.ScheduleExpressionTimezone, "UTC"},
		{"after completion", got.ActionAfterCompletion, "DELETE"},
		{"window", got.FlexibleTimeWindow.Mode, "OFF"},
		{"group", got.GroupName, "bellwether"},
		{"token", got.ClientToken, timer().Name},
		{"target", got.Target.Arn, target},
		{"role", got.Target.RoleArn, "arn:aws:iam::123456789012:role/timers"},
		{"input", got.Target.Input, `{"kind":"budget-period-ended"}`},
		{"dead letters", got.Target.DeadLetterConfig.Arn, "arn:aws:sqs:eu-central-1:123456789012:timers"},
	} {
		if c.got != c.want {
			t.Errorf("%s is %q, want %q", c.what, c.got, c.want)
		}
	}
}

func TestSetAndCancelAreRepeatable(t *testing.T) {
	s, server := open(t)
	server.Fault(func(n int, _ awstest.Call) *awstest.Response {
		if n == 0 {
			return &awstest.Response{Lost: true} // the SDK sends it again, and finds its own schedule
		}
		return nil
	})
	for range 2 {
		if err := s.Set(t.Context(), timer()); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := s.Cancel(t.Context(), timer().Name); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := server.Timer(timer().Name); ok {
		t.Fatal("the schedule is still there")
	}
}

func TestSetMovesATimeThatHasPassed(t *testing.T) {
	s, server := open(t)
	late := timer()
	late.At = now.Add(-time.Hour)
	if err := s.Set(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	body, _ := server.Timer(late.Name)
	var got struct{ ScheduleExpression string }
	if err := json.Unmarshal(body, &got); err != nil || got.ScheduleExpression != "at(2026-11-20T18:01:00)" {
		t.Fatalf("expression %q, error %v", got.ScheduleExpression, err)
	}
}

func TestFailures(t *testing.T) {
	tests := []struct {
		name  string
		given func(*schedule.Timer)
		fault *awstest.Response
		want  fault.Kind
	}{
		{"a target that timers can't wake", func(t *schedule.Timer) { t.Target = "campaigns-api" }, nil, fault.Invalid},
		{"a name with a slash", func(t *schedule.Timer) { t.Name = "a/b" }, nil, fault.Invalid},
		{"no name", func(t *schedule.Timer) { t.Name = "" }, nil, fault.Invalid},
		{"a refusal", nil, &awstest.Response{Status: http.StatusBadRequest, Type: "ValidationException"}, fault.Permanent},
		{"a missing group", nil, &awstest.Response{Status: http.StatusNotFound, Type: "ResourceNotFoundException"}, fault.Retryable},
		{"throttling", nil, &awstest.Response{Status: http.StatusTooManyRequests, Type: "ThrottlingException"}, fault.Retryable},
		{"an outage", nil, &awstest.Response{Status: http.StatusInternalServerError, Type: "InternalServerException"}, fault.Retryable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, server := open(t)
			server.Fault(func(int, awstest.Call) *awstest.Response { return tt.fault })
			timer := timer()
			if tt.given != nil {
				tt.given(&timer)
			}
			if err := s.Set(t.Context(), timer); !fault.Is(err, tt.want) {
				t.Fatalf("error %v, want kind %s", err, tt.want)
			}
		})
	}
}
