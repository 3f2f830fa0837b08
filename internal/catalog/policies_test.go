package catalog_test

import (
	"fmt"
	"path"
	"slices"
	"testing"

	handlers "github.com/aws/aws-lambda-go/lambda"

	"bellwether/internal/sam"
)

// mechanics are what Lambda itself does in a function's name.
func mechanics(tpl *sam.Template, f sam.Function) (all []use) {
	for _, g := range tpl.LogGroups {
		if g.LogicalID == f.LogGroup {
			group := fmt.Sprintf(arn, "logs", "log-group:"+g.Name)
			all = append(all, use{"logs:CreateLogStream", group}, use{"logs:PutLogEvents", group})
		}
	}
	queues := []string{f.Async.OnFailure}
	for _, s := range f.Streams {
		queues = append(queues, s.OnFailure)
		for _, action := range []string{"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"} {
			all = append(all, use{"dynamodb:" + action, s.Table + ".StreamArn"})
		}
	}
	for _, e := range f.Queues {
		for _, q := range tpl.Queues {
			if q.LogicalID == e.Queue {
				for _, action := range []string{"ReceiveMessage", "DeleteMessage", "GetQueueAttributes"} {
					all = append(all, use{"sqs:" + action, fmt.Sprintf(arn, "sqs", q.Name)})
				}
			}
		}
	}
	for _, q := range tpl.Queues {
		if slices.Contains(queues, q.LogicalID) {
			all = append(all, use{"sqs:SendMessage", fmt.Sprintf(arn, "sqs", q.Name)})
		}
	}
	return all
}

// G13: a role grants what its function was seen doing, over every route and event, and nothing else.
func TestRolesGrantWhatFunctionsDo(t *testing.T) {
	w := &watch{t: t, used: map[string]map[use]bool{}, functions: map[string]handlers.Handler{}}
	w.watchAll()
	tpl := template(t)
	for _, f := range tpl.Functions {
		for _, u := range mechanics(tpl, f) {
			w.note(f.Name, u.action, u.resource)
		}
		i := slices.IndexFunc(tpl.Roles, func(r sam.Role) bool { return r.LogicalID == f.Role })
		if i < 0 {
			t.Errorf("template.yaml:%d: %s has no role of its own", f.Line, f.Name)
			continue
		}
		role := tpl.Roles[i]
		if len(role.Managed) > 0 {
			t.Errorf("template.yaml:%d: %s has policies that are written elsewhere: %v", role.Line, role.LogicalID, role.Managed)
		}
		needed := map[sam.Grant]bool{}
		for u := range w.used[f.Name] {
			granted := false
			for _, g := range role.Grants {
				if match, err := path.Match(g.Resource, u.resource); err == nil && match && g.Action == u.action {
					granted, needed[g] = true, true
				}
			}
			if !granted {
				t.Errorf("template.yaml:%d: %s does %s, which its role does not grant", role.Line, f.Name, u)
			}
		}
		for _, g := range role.Grants {
			if !needed[g] {
				t.Errorf("template.yaml:%d: %s was never seen doing %s on %s", g.Line, f.Name, g.Action, g.Resource)
			}
		}
	}
}
