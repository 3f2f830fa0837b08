package sam

import (
	"encoding/json"
	"regexp"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// SQS's, Lambda's and the Scheduler's own defaults.
const (
	defaultVisibility      = 30 * time.Second
	defaultQueueBatch      = 10
	defaultScheduleRetries = 185
	defaultScheduleAge     = 24 * time.Hour
)

// queue reads an SQS queue.
func (r *reader) queue(res resource, name string, n *yaml.Node) {
	q := Queue{LogicalID: res.id, Name: name, Visibility: defaultVisibility, Line: res.line}
	if n != nil && r.allow(n, res.id, "QueueName", "MessageRetentionPeriod", "SqsManagedSseEnabled", "KmsMasterKeyId", "VisibilityTimeout", "RedrivePolicy", "Tags") {
		q.Visibility = r.seconds(get(n, "VisibilityTimeout"), defaultVisibility)
		if p := get(n, "RedrivePolicy"); p != nil && r.allow(p, "RedrivePolicy", "deadLetterTargetArn", "maxReceiveCount") {
			q.DeadLetters = r.target(get(p, "deadLetterTargetArn"), p, typeQueue)
			if q.MaxReceives = r.number(get(p, "maxReceiveCount"), 0); q.MaxReceives < 1 {
				r.fail(p, "maxReceiveCount must be at least 1")
			}
		}
	}
	r.out.Queues = append(r.out.Queues, q)
}

// queueEvent reads a function's mapping of a queue.
func (r *reader) queueEvent(f *Function, name, n *yaml.Node) {
	if !r.allow(n, name.Value, "Queue", "BatchSize", "FunctionResponseTypes", "ScalingConfig", "Enabled") {
		return
	}
	if on := get(n, "Enabled"); on != nil && !r.flag(on) {
		return
	}
	e := QueueEvent{Name: name.Value, Queue: r.target(get(n, "Queue"), n, typeQueue), BatchSize: r.number(get(n, "BatchSize"), defaultQueueBatch), Line: name.Line}
	if c := get(n, "ScalingConfig"); c != nil && r.allow(c, "ScalingConfig", "MaximumConcurrency") {
		if e.Concurrency = r.number(get(c, "MaximumConcurrency"), 0); e.Concurrency < 2 {
			r.fail(c, "MaximumConcurrency must be at least 2")
		}
	}
	for _, response := range items(get(n, "FunctionResponseTypes")) {
		e.PartialFailure = response.Value == "ReportBatchItemFailures"
	}
	f.Queues = append(f.Queues, e)
}

var rate = regexp.MustCompile(`^rate\(([1-9][0-9]*) (minute|hour|day)s?\)$`)

// schedule reads a schedule of EventBridge Scheduler.
func (r *reader) schedule(f *Function, name, n *yaml.Node) {
	if !r.allow(n, name.Value, "ScheduleExpression", "Input", "RetryPolicy", "DeadLetterConfig", "GroupName", "RoleArn", "State", "Name", "Description") {
		return
	}
	if state := get(n, "State"); state != nil && r.string(state) == "DISABLED" {
		return
	}
	s := Schedule{Name: name.Value, Retries: defaultScheduleRetries, MaxAge: defaultScheduleAge, Input: r.string(get(n, "Input")), Line: name.Line}
	if s.Input != "" && !json.Valid([]byte(s.Input)) {
		r.fail(get(n, "Input"), "the input of %s is no JSON", name.Value)
	}
	expression := get(n, "ScheduleExpression")
	parts := rate.FindStringSubmatch(r.string(expression))
	if parts == nil {
		r.fail(name, "%s: the runner knows schedules like rate(15 minutes) only", name.Value)
		return
	}
	count, err := strconv.Atoi(parts[1])
	if err != nil || count > 1_000_000 {
		r.fail(expression, "%s is too long", parts[1])
	}
	s.Every = time.Duration(count) * map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[parts[2]]
	if p := get(n, "RetryPolicy"); p != nil && r.allow(p, "RetryPolicy", "MaximumRetryAttempts", "MaximumEventAgeInSeconds") {
		s.Retries = r.number(get(p, "MaximumRetryAttempts"), s.Retries)
		s.MaxAge = r.seconds(get(p, "MaximumEventAgeInSeconds"), s.MaxAge)
	}
	if c := get(n, "DeadLetterConfig"); c != nil && r.allow(c, "DeadLetterConfig", "Arn") {
		s.DeadLetters = r.target(get(c, "Arn"), c, typeQueue)
	}
	f.Schedules = append(f.Schedules, s)
}
