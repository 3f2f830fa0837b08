package catalog_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bellwether/internal/app"
	"bellwether/internal/catalog"
	"bellwether/internal/event"
	"bellwether/internal/sam"
	"bellwether/internal/tenant"
)

const root = "../.."

func template(t *testing.T) *sam.Template {
	t.Helper()
	tpl, err := sam.Load(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

// functions is the catalogue without anything behind it: for its names and events.
func functions() []catalog.Function { return catalog.Functions(catalog.Adapters{}) }

// same fails when the two lists don't hold the same texts.
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Errorf("%s: %s is too much", what, g)
		}
	}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("%s: %s is missing", what, w)
		}
	}
}

func TestFoldersAreFunctionsAreCatalogueRows(t *testing.T) {
	var folders, deployed, listed []string
	entries, err := os.ReadDir(filepath.Join(root, "functions"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		folders = append(folders, e.Name())
	}
	for _, f := range template(t).Functions {
		deployed = append(deployed, f.Name)
	}
	for _, f := range functions() {
		listed = append(listed, f.Name)
	}
	same(t, "CodeUris of template.yaml, held to folders of functions/", deployed, folders)
	same(t, "rows of the catalogue, held to folders of functions/", listed, folders)
}

func TestRulesAreWhatTheCodeHandles(t *testing.T) {
	handled := map[string][]string{}
	for _, f := range functions() {
		handled[f.Name] = f.Events
	}
	for _, f := range template(t).Functions {
		var types []string
		for _, r := range f.Rules {
			if source := r.Pattern.Texts("source"); !slices.Equal(source, []string{event.Source}) {
				t.Errorf("template.yaml:%d: the rule of %s is for source %v", r.Line, f.Name, source)
			}
			types = append(types, r.Pattern.Texts("detail-type")...)
		}
		same(t, f.Name+", rules held to code", types, handled[f.Name])
	}
}

func TestListenersLoseNothing(t *testing.T) {
	groups := map[string]int{}
	tpl := template(t)
	for _, g := range tpl.LogGroups {
		groups[g.LogicalID] = g.Days
	}
	for _, f := range tpl.Functions {
		if f.LogGroup == "" || groups[f.LogGroup] == 0 {
			t.Errorf("template.yaml:%d: %s has no log group with a retention", f.Line, f.Name)
		}
		for _, r := range f.Rules {
			if r.DeadLetters == "" || r.Retries == 0 || r.MaxAge == 0 {
				t.Errorf("template.yaml:%d: the rule of %s needs a retry policy and a dead-letter queue", r.Line, f.Name)
			}
		}
		if len(f.Rules) > 0 && (f.Async.OnFailure == "" || f.Async.Retries != 2) {
			t.Errorf("template.yaml:%d: %s needs two retries and an OnFailure queue", f.Line, f.Name)
		}
		for _, s := range f.Streams {
			if s.OnFailure == "" || !s.PartialFailure || !s.Bisect || s.MaxAge == 0 {
				t.Errorf("template.yaml:%d: the stream of %s needs OnFailure, partial failures, bisecting and an age", s.Line, f.Name)
			}
		}
	}
}

// TestFailuresAreHeard wants an alarm for whatever can fail unseen, and lets EventBridge write to the
// queues behind its rules: without a policy it drops what it can't deliver.
func TestFailuresAreHeard(t *testing.T) {
	tpl := template(t)
	want := func(line int, id, kind string) {
		t.Helper()
		if tpl.Kinds[id] != kind {
			t.Errorf("template.yaml:%d: there is no %s %s", line, kind, id)
		}
	}
	const alarm = "AWS::CloudWatch::Alarm"
	for _, f := range tpl.Functions {
		name, ok := strings.CutSuffix(f.LogicalID, "Function")
		// The Makefile finds a function's folder by its logical id.
		if kebab := strings.ToLower(regexp.MustCompile(`(.)([A-Z])`).ReplaceAllString(name, "$1-$2")); !ok || kebab != f.Name {
			t.Errorf("template.yaml:%d: %s is not named after its folder %s", f.Line, f.LogicalID, f.Name)
		}
		want(f.Line, name+"ErrorsAlarm", alarm)
		if len(f.Streams) > 0 {
			want(f.Line, name+"AgeAlarm", alarm)
		}
		for _, r := range f.Rules {
			want(r.Line, r.DeadLetters+"Policy", "AWS::SQS::QueuePolicy")
		}
	}
	for _, q := range tpl.Queues {
		want(q.Line, q.LogicalID+"Alarm", alarm)
	}
}

// eventList are the events of the canon, and the further ones.
func eventList() (canon, further []string) {
	for _, d := range event.Canon() {
		canon = append(canon, d.EventType())
	}
	for _, d := range event.Further() {
		further = append(further, d.EventType())
	}
	return canon, further
}

// producers are the files in which an event's type is made into an event: it stands in braces there.
func producers(t *testing.T, name string) (files []string) {
	t.Helper()
	made := regexp.MustCompile(`event\.` + name + `\{`)
	for _, dir := range []string{"campaign", "post", "integration", "incident", "automation", "recommendation", "produce"} {
		paths, err := filepath.Glob(filepath.Join(root, "internal", dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(path, "_test.go") && made.Match(source) {
				files = append(files, path)
			}
		}
	}
	return files
}

func TestEveryEventHasProducerListenerAndSample(t *testing.T) {
	listeners := map[string]bool{}
	for _, f := range functions() {
		for _, e := range f.Events {
			listeners[e] = true
		}
	}
	canon, further := eventList()
	for _, name := range slices.Concat(canon, further) {
		if _, err := os.Stat(filepath.Join(root, "events", name+".json")); err != nil {
			t.Errorf("%s has no sample in events/", name)
		}
		if len(producers(t, name)) == 0 {
			t.Errorf("nothing makes %s", name)
		}
		if !listeners[name] {
			t.Errorf("nothing listens to %s", name)
		}
	}
}

func TestEnvironmentIsSet(t *testing.T) {
	set := map[string]bool{}
	for _, f := range template(t).Functions {
		for name := range f.Env {
			set[name] = true
		}
	}
	same(t, "environment of template.yaml, held to what the code reads", slices.Collect(maps.Keys(set)), app.EnvNames())
}

// TestNoPolicyHasAStar reads the text: a star in an action or a resource grants what nobody looked at.
func TestNoPolicyHasAStar(t *testing.T) {
	source, err := os.ReadFile(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range strings.Split(string(source), "\n") {
		code, comment, _ := strings.Cut(line, " #")
		if strings.Contains(comment, "this key") {
			continue // the policy of a key speaks of that key alone, and knows no other way to say so
		}
		if strings.Contains(comment, "IAM knows no names") {
			continue // of single subscriptions
		}
		granted := strings.Contains(code, "Action:") || strings.Contains(code, "Resource:") || strings.Contains(code, "Principal:")
		if granted && strings.Contains(code, "*") {
			t.Errorf("template.yaml:%d: %s", n+1, strings.TrimSpace(line))
		}
	}
}

func TestRoutesOfTemplateSpecAndRoles(t *testing.T) {
	var deployed, specified []string
	for _, f := range template(t).Functions {
		for _, r := range f.Routes {
			if f.Name == "web" {
				// Pages are no part of the API: people prove who they are by its cookies, and it by their tokens.
				if !r.Public || strings.HasPrefix(r.Path, "/v1") {
					t.Errorf("template.yaml:%d: %s %s is no route for pages", r.Line, r.Method, r.Path)
				}
				continue
			}
			deployed = append(deployed, r.Method+" "+r.Path)
			if r.Public != tenant.Public(r.Method+" "+r.Path) {
				t.Errorf("template.yaml:%d: %s %s is behind no authorizer: %v", r.Line, r.Method, r.Path, r.Public)
			}
		}
	}
	for _, o := range operations(t) {
		specified = append(specified, o.pattern())
		if o.public != tenant.Public(o.pattern()) {
			t.Errorf("%s is public in openapi.yaml: %v", o.pattern(), o.public)
		}
	}
	same(t, "routes of template.yaml, held to openapi.yaml", deployed, specified)
	same(t, "routes of the role table, held to openapi.yaml", append(tenant.Routes(), tenant.PublicRoutes()...), specified)
}

// table is the event -> listener table as the README has it.
func table() string {
	heard := map[string][]string{}
	for _, f := range functions() {
		for _, e := range f.Events {
			heard[e] = append(heard[e], "`"+f.Name+"`")
		}
	}
	canon, further := eventList()
	var b strings.Builder
	rows := func(title string, events []string) {
		fmt.Fprintf(&b, "| %s | listeners |\n|---|---|\n", title)
		for _, e := range events {
			listeners := strings.Join(heard[e], " ")
			if listeners == "" {
				listeners = "still to come"
			}
			fmt.Fprintf(&b, "| %s | %s |\n", e, listeners)
		}
	}
	rows("event", canon)
	b.WriteString("\n")
	rows("further event", further)
	return b.String()
}

func TestReadmeHasTheTable(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if want := table(); !strings.Contains(string(readme), want) {
		t.Errorf("README.md lacks the event -> listener table as the code has it:\n\n%s", want)
	}
}

// Every listener's dead letters are collected, and every listener can be redriven to.
func TestEveryListenerIsLookedAfter(t *testing.T) {
	tpl := template(t)
	var listeners []string
	env := map[string]map[string]string{}
	for _, f := range tpl.Functions {
		env[f.Name] = f.Env
		if len(f.Rules) > 0 {
			listeners = append(listeners, f.Name)
		}
	}
	names := func(text string) (list []string) {
		for pair := range strings.SplitSeq(text, ",") {
			name, _, _ := strings.Cut(pair, "=")
			list = append(list, name)
		}
		return list
	}
	same(t, "queues of collect-dead-letters", names(env["collect-dead-letters"]["DEAD_LETTER_QUEUE_URLS"]), listeners)
	same(t, "targets of redrive", names(env["redrive"]["TIMER_TARGETS"]), listeners)
	var woken []string
	for _, r := range tpl.Roles {
		for _, g := range r.Grants {
			if _, name, ok := strings.Cut(g.Resource, "function:bellwether-dev-"); r.LogicalID == "TimerRole" && ok {
				woken = append(woken, name)
			}
		}
	}
	for _, name := range listeners {
		if !slices.Contains(woken, name) {
			t.Errorf("the role of timers can't invoke %s", name)
		}
	}
}
