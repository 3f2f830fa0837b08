// Package scheduler keeps timers in Amazon EventBridge Scheduler.
package scheduler

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"bellwether/internal/fault"
	"bellwether/internal/schedule"
)

const (
	// soonest is the least time ahead: a time that has passed is refused.
	soonest = time.Minute
	// maxAge and maxTries bound what Scheduler does before a timer goes to the dead-letter queue.
	maxAge   = 6 * time.Hour
	maxTries = 20
)

// Options says where timers are kept and whom they wake. It has the shape of app.Timers.
type Options struct {
	RoleARN       string
	Group         string
	DeadLetterARN string
	Targets       map[string]string // function name -> ARN
}

// Scheduler is one schedule group. It is safe for concurrent use.
type Scheduler struct {
	client  *scheduler.Client
	options Options
	now     func() time.Time
}

var _ schedule.Scheduler = (*Scheduler)(nil)

// New makes the Scheduler of a group.
func New(cfg aws.Config, o Options, now func() time.Time) *Scheduler {
	return &Scheduler{client: scheduler.NewFromConfig(cfg), options: o, now: now}
}

// Set implements schedule.Scheduler. The timer removes itself after it fired.
func (s *Scheduler) Set(ctx context.Context, t schedule.Timer) error {
	target, err := s.target(t)
	if err != nil {
		return err
	}
	at := t.At.UTC()
	if limit := s.now().UTC().Add(soonest); at.Before(limit) {
		at = limit
	}
	_, err = s.client.CreateSchedule(ctx, &scheduler.CreateScheduleInput{
		Name:                       &t.Name,
		GroupName:                  s.group(),
		ScheduleExpression:         aws.String("at(" + at.Format("2006-01-02T15:04:05") + ")"),
		ScheduleExpressionTimezone: aws.String("UTC"),
		FlexibleTimeWindow:         &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
		ActionAfterCompletion:      types.ActionAfterCompletionDelete,
		ClientToken:                &t.Name,
		Target:                     target,
	})
	if _, exists := errors.AsType[*types.ConflictException](err); exists {
		return nil
	}
	return wrap(err, "set", t.Name)
}

// Cancel implements schedule.Scheduler.
func (s *Scheduler) Cancel(ctx context.Context, name string) error {
	_, err := s.client.DeleteSchedule(ctx, &scheduler.DeleteScheduleInput{Name: &name, GroupName: s.group()})
	if _, absent := errors.AsType[*types.ResourceNotFoundException](err); absent {
		return nil
	}
	return wrap(err, "cancel", name)
}

// goodName reports whether name is 1 to 64 characters of [0-9A-Za-z_.-].
func goodName(name string) bool {
	bad := func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune("_.-", r)
	}
	return len(name) >= 1 && len(name) <= 64 && !strings.ContainsFunc(name, bad)
}

func (s *Scheduler) target(t schedule.Timer) (*types.Target, error) {
	if !goodName(t.Name) {
		return nil, fault.Newf(fault.Invalid, "bad_timer", "%q is no name of a timer", t.Name)
	}
	arn, ok := s.options.Targets[t.Target]
	if !ok {
		return nil, fault.Newf(fault.Invalid, "bad_timer", "timers can't wake %q", t.Target)
	}
	target := &types.Target{
		Arn:     &arn,
		RoleArn: &s.options.RoleARN,
		Input:   aws.String(string(t.Payload)),
		RetryPolicy: &types.RetryPolicy{
			MaximumEventAgeInSeconds: aws.Int32(int32(maxAge / time.Second)),
			MaximumRetryAttempts:     aws.Int32(maxTries),
		},
	}
	if s.options.DeadLetterARN != "" {
		target.DeadLetterConfig = &types.DeadLetterConfig{Arn: &s.options.DeadLetterARN}
	}
	return target, nil
}

func (s *Scheduler) group() *string {
	if s.options.Group == "" {
		return nil
	}
	return &s.options.Group
}

// wrap sorts a failure: what Scheduler finds wrong with the request stays wrong.
func wrap(err error, doing, name string) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s timer %s: %w", doing, name, err)
	if _, bad := errors.AsType[*types.ValidationException](err); bad {
		return fault.Wrap(err, fault.Permanent, "timer_refused", "the timer was refused")
	}
	return fault.Wrap(err, fault.Retryable, "scheduler_unavailable", "the scheduler did not answer")
}
