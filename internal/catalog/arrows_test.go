package catalog_test

import (
	"os/exec"
	"strings"
	"testing"
)

// deps are the packages that a package needs, itself left out.
func deps(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "-f", "{{.ImportPath}}", pkg).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", pkg, err)
	}
	var list []string
	for path := range strings.FieldsSeq(string(out)) {
		if path != pkg {
			list = append(list, path)
		}
	}
	return list
}

const (
	sdk     = "github.com/aws/aws-sdk-go-v2"
	service = "github.com/aws/aws-sdk-go-v2/service/"
	lambda  = "github.com/aws/aws-lambda-go"

	// graphemes counts what people take for one character: a rule of posts, and as pure as they are.
	graphemes = "github.com/rivo/uniseg"
)

// TestArrows holds the imports to the direction in which the packages may know each other.
func TestArrows(t *testing.T) {
	const in = "bellwether/internal/"
	domain := []string{"analytics", "budget", "campaign", "incident", "integration", "notification", "post", "tenant", "ticket"}
	tests := []struct {
		packages []string
		never    []string // prefixes that none of them may need
	}{
		{[]string{"event", "fault", "money", "parallel"}, []string{in + "store", in + "campaign", "github.com/", "go."}},
		{[]string{"event"}, []string{in}},
		{domain, []string{in + "store", in + "api", in + "listen", in + "produce", in + "entry", in + "app", "github.com/", "go.etcd"}},
		{[]string{"store", "bus", "schedule", "secret", "channel", "queue", "platform", "grant"}, []string{in + "api", in + "listen", in + "entry", in + "app", sdk, lambda}},
		{[]string{"store/bolt", "store/dynamo", "bus/eventbridge", "schedule/scheduler", "channel/sns", "queue/sqs", "secret/kms"}, []string{in + "api", in + "listen", in + "produce", in + "entry", in + "app", in + "catalog", in + "local", lambda}},
		{[]string{"store/dynamo"}, []string{in + "store/bolt", in + "bus/", in + "schedule/", in + "channel/"}},
		{[]string{"platform/meta", "platform/google", "platform/linkedin", "platform/tiktok", "platform/mastodon", "platform/bluesky", "platform/x"}, []string{in + "platform/sandbox", in + "store", in + "api", in + "app", in + "entry", sdk, lambda}},
		{[]string{"ticket/github", "ticket/jira"}, []string{in + "ticket/sandbox", in + "store", in + "api", in + "app", in + "entry", sdk, lambda}},
		{[]string{"platform/meta"}, []string{in + "platform/google", in + "platform/linkedin"}},
		{[]string{"outbound"}, []string{in}},
		{[]string{"listen", "api/campaigns", "api/integrations", "api/metrics", "api/dashboard", "api/inbox", "api/redrive", "api/channels", "api/events", "api/orgs", "api/posts", "api/authorize"}, []string{in + "store/", in + "catalog", in + "local", in + "app", sdk}},
		{[]string{"web"}, []string{in + "store", in + "listen", in + "produce", in + "platform/", in + "entry", in + "app", in + "local", in + "catalog", sdk, lambda}},
		{[]string{"catalog", "local", "seed"}, []string{in + "browsertest", "github.com/chromedp"}},
		{[]string{"seed"}, []string{in + "local", in + "catalog", in + "store", in + "web", sdk}},
		{[]string{"app"}, []string{service, in + "api", in + "listen", in + "store"}},
		{[]string{"catalog"}, []string{in + "local", in + "cmd", sdk}},
		{[]string{"sim"}, []string{in + "local", sdk}},
	}
	for _, tt := range tests {
		for _, pkg := range tt.packages {
			for _, dep := range deps(t, in+pkg) {
				for _, never := range tt.never {
					if strings.HasPrefix(dep, never) && dep != graphemes {
						t.Errorf("%s needs %s", pkg, dep)
					}
				}
			}
		}
	}
}
