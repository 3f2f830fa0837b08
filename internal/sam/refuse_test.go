package sam_test

import (
	"errors"
	"strings"
	"testing"

	"bellwether/internal/sam"
)

// The line that is at fault is marked by "<-" and does not count otherwise.
func TestLoadRefuses(t *testing.T) {
	tests := []struct{ name, given, want string }{
		{"what is no YAML", "Resources:\n  A: {}\n\tB: {} # <-", "cannot start any token"},
		{"an empty file", "", "no template"},
		{"a key given twice", "Resources:\n  A: { Type: AWS::SQS::Queue }\n  A: { Type: AWS::SQS::Queue } # <-", "A is given twice"},
		{"an anchor", "Resources:\n  A: &x { Type: AWS::SQS::Queue } # <-", "anchors"},
		{"an unknown section", "Mappings: {} # <-\nResources: {}", "Mappings"},
		{"a resource without a type", "Resources:\n  A: {} # <-", "no Type"},
		{"another kind of resource", resource("Type: AWS::Events::Rule # <-"), "nothing for AWS::Events::Rule"},
		{"a Ref to nothing", resource("Type: AWS::SQS::Queue", "Properties:", "  QueueName: !Ref Nobody # <-"), `"Nobody"`},
		{"a GetAtt of nothing", resource("Type: AWS::SQS::Queue", "Properties:", "  QueueName: !GetAtt Nobody.Arn # <-"), `"Nobody"`},
		{"a Sub of nothing", resource("Type: AWS::SQS::Queue", "Properties:", "  QueueName: !Sub 'x-${Nobody.Arn}' # <-"), `"Nobody"`},
		{"a dependency on nothing", resource("Type: AWS::SQS::Queue", "DependsOn: [Nobody] # <-"), `"Nobody"`},
		{"a condition that is not there", resource("Type: AWS::SQS::Queue", "Condition: Never # <-"), `"Never"`},
		{"a name that names itself", resource("Type: AWS::SQS::Queue", "Properties:", "  QueueName: !Ref A # <-"), "after itself"},
		{"a function it can't work out", resource("Type: AWS::SQS::Queue", "Properties:", "  QueueName: !Select [0, [a]] # <-"), "Fn::Select"},
		{"a parameter without a value", "Parameters:\n  P: { Type: String }\n" + resource("Type: AWS::SQS::Queue", "Properties:", "  QueueName: !Ref P # <-"), "no default"},
		{"another global", "Globals:\n  Api: {} # <-\nResources: {}", "Api"},
		{"a function without code", resource("Type: AWS::Serverless::Function # <-", "Properties: { Timeout: 3 }"), "no CodeUri"},
		{"a missing folder", function("CodeUri: functions/three/ # <-"), "no folder functions/three/"},
		{"a property it can't honour", function("CodeUri: functions/one/", "VpcConfig: {} # <-"), "VpcConfig"},
		{"a timeout in words", function("CodeUri: functions/one/", "Timeout: long # <-"), "no whole number"},
		{"an unknown event", event("  Type: S3", "  Properties: {}"), `"S3"`},
		{"a route of no API", event("  Type: HttpApi", "  Properties: { Method: GET, Path: /x } # <-"), "AWS::Serverless::HttpApi"},
		{"an odd method", event("  Type: HttpApi", "  Properties: { ApiId: !Ref Api, Method: ANY, Path: /x }"), `"ANY"`},
		{"a greedy path that goes on", event("  Type: HttpApi", "  Properties: { ApiId: !Ref Api, Method: GET, Path: '/a/{all+}/b' }"), "/a/{all+}/b"},
		{"another authorizer", event("  Type: HttpApi", "  Properties: { ApiId: !Ref Api, Method: GET, Path: /x, Auth: { Authorizer: B } } # <-"), "NONE"},
		{"a rule of the default bus", event("  Type: EventBridgeRule", "  Properties: { Pattern: { source: [a] } } # <-"), "AWS::Events::EventBus"},
		{"a rule without a pattern", event("  Type: EventBridgeRule", "  Properties: { EventBusName: !Ref Bus }"), "no Pattern"},
		{"a rule that changes its input", event("  Type: EventBridgeRule", "  Properties: { EventBusName: !Ref Bus, Pattern: { source: [a] }, InputPath: x } # <-"), "InputPath"},
		{"dead letters in no queue", event("  Type: EventBridgeRule", "  Properties:", "    EventBusName: !Ref Bus", "    Pattern: { source: [a] }", "    DeadLetterConfig: { Arn: !GetAtt Bus.Arn } # <-"), "AWS::SQS::Queue"},
		{"messages of no queue", event("  Type: SQS", "  Properties: { Queue: !GetAtt Bus.Arn } # <-"), "AWS::SQS::Queue"},
		{"one reader of a queue at a time", event("  Type: SQS", "  Properties:", "    Queue: !GetAtt Letters.Arn", "    ScalingConfig: { MaximumConcurrency: 1 } # <-"), "at least 2"},
		{"a mapping that it can't honour", event("  Type: SQS", "  Properties: { Queue: !GetAtt Letters.Arn, FilterCriteria: {} } # <-"), "FilterCriteria"},
		{"a schedule by the calendar", event("  Type: ScheduleV2", "  Properties: { ScheduleExpression: 'cron(0 8 * * ? *)' }"), "rate(15 minutes)"},
		{"a schedule without a rate", event("  Type: ScheduleV2", "  Properties: {}"), "rate(15 minutes)"},
		{"an input that is no JSON", event("  Type: ScheduleV2", "  Properties: { ScheduleExpression: rate(1 hour), Input: '{' } # <-"), "no JSON"},
		{"dead letters after no receive", resource("Type: AWS::SQS::Queue", "Properties:", "  RedrivePolicy: { deadLetterTargetArn: !GetAtt A.Arn, maxReceiveCount: 0 } # <-"), "maxReceiveCount"},
		{"an operator", rule("{ source: [{ wildcard: 'a*' }] }"), `"wildcard"`},
		{"a top operator", rule("{ $or: [{ source: [a] }] }"), `"$or"`},
		{"a value that is no list", rule("{ source: bellwether }"), "lists"},
		{"an empty list", rule("{ source: [] }"), "at least one"},
		{"an empty pattern", rule("{}"), "with fields"},
		{"exists in words", rule("{ source: [{ exists: often }] }"), "true or false"},
		{"anything but nothing", rule("{ source: [{ anything-but: [] }] }"), "at least one"},
		{"anything but a prefix", rule("{ source: [{ anything-but: { prefix: a } }] }"), "at least one"},
		{"a prefix of a number", rule("{ source: [{ prefix: 1 }] }"), "a text"},
		{"two operators in one", rule("{ source: [{ prefix: a, suffix: b }] }"), "one operator"},
		{"a filter that is no JSON", stream("'{\"a\":'"), "JSON"},
		{"a filter's operator", stream("'{\"a\":[{\"cidr\":\"10.0.0.0/8\"}]}'"), `"cidr"`},
		{"a filter's field given twice", stream("'{\"a\":[1],\"a\":[2]}'"), "twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			template, err := load(t, tt.given)
			if err == nil {
				t.Fatalf("it was taken: %+v", template)
			}
			wrong, ok := errors.AsType[*sam.Error](err)
			if !ok {
				t.Fatalf("error %v has no line", err)
			}
			if want := marked(tt.given); wrong.Line != want || !strings.Contains(wrong.Error(), tt.want) {
				t.Errorf("error %q, want line %d and %q", wrong, want, tt.want)
			}
		})
	}
}

func TestLoadReportsAllAtOnce(t *testing.T) {
	_, err := load(t, function("CodeUri: functions/three", "Timeout: long", "VpcConfig: {}"))
	if n := strings.Count(err.Error(), "template.yaml:"); n != 3 {
		t.Errorf("%d errors, want 3:\n%v", n, err)
	}
}

func TestLoadRefusesClashes(t *testing.T) {
	route := "  Two%: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: GET, Path: '/x/{%}' } }"
	tests := []struct{ name, given, want string }{
		{"two functions of one folder", function("CodeUri: functions/one") + "\n  B:\n    Type: AWS::Serverless::Function\n    Properties: { CodeUri: ./functions/one/ } # <-", "the code of A"},
		{"one route twice", function("CodeUri: functions/one", "Events:", strings.ReplaceAll(route, "%", "a"), strings.ReplaceAll(route, "%", "b")+" # <-"), "routed in line"},
		{"two buses", function("CodeUri: functions/one") + "\n  B: { Type: AWS::Events::EventBus } # <-", "one bus"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(t, tt.given)
			wrong, ok := errors.AsType[*sam.Error](err)
			if want := marked(tt.given); !ok || wrong.Line != want || !strings.Contains(wrong.Error(), tt.want) {
				t.Errorf("error %v, want line %d and %q", err, want, tt.want)
			}
		})
	}
}

// marked is the number of the line with the mark, 1 when there is none.
func marked(text string) int {
	before, _, found := strings.Cut(text, "# <-")
	if !found {
		return 1
	}
	return 1 + strings.Count(before, "\n")
}

func resource(lines ...string) string {
	return "Resources:\n  A:\n    " + strings.Join(lines, "\n    ")
}

func function(lines ...string) string {
	return `Resources:
  Api: { Type: AWS::Serverless::HttpApi }
  Bus: { Type: AWS::Events::EventBus }
  Letters: { Type: AWS::SQS::Queue }
  T: { Type: AWS::DynamoDB::Table, Properties: { KeySchema: [{ AttributeName: K, KeyType: HASH }] } }
  A:
    Type: AWS::Serverless::Function
    Properties:
      ` + strings.Join(lines, "\n      ")
}

// event is a function with one event; the event's own line is marked unless another one is.
func event(lines ...string) string {
	name := "  E:"
	if !strings.Contains(strings.Join(lines, ""), "# <-") {
		name += " # <-"
	}
	return function(append([]string{"CodeUri: functions/one", "Events:", name}, indent(lines)...)...)
}

func rule(pattern string) string {
	return event("  Type: EventBridgeRule", "  Properties:", "    EventBusName: !Ref Bus", "    Pattern: "+pattern+" # <-")
}

func stream(pattern string) string {
	return event("  Type: DynamoDB", "  Properties:", "    Stream: !GetAtt T.StreamArn", "    FilterCriteria:",
		"      Filters:", "        - Pattern: "+pattern+" # <-")
}

func indent(lines []string) []string {
	var out []string
	for _, l := range lines {
		out = append(out, "  "+l)
	}
	return out
}
