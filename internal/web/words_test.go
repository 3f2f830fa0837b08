package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// spoken are the arguments that are texts for people, by the name of the function.
var spoken = map[string][]int{
	"T": {0}, "text": {0}, "empty": {0}, "field": {1}, "choice": {0}, "do": {2}, "table": {0, 1}, "lost": {0, 1}, "momentOr": {1}, "slaClock": {0}, "figure": {0}, "to": {2}, "tab": {1}, "submit": {0}, "only": {0},
}

// texts are all English texts that the pages are made of.
func texts(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			for _, i := range spoken[nameOf(call.Fun)] {
				if i < len(call.Args) {
					literals(call.Args[i], found)
				}
			}
			return true
		})
	}
	for _, a := range actions {
		found[a.done] = true
	}
	for _, p := range places {
		found[p.name] = true
	}
	for _, w := range wordings {
		found[w] = true
	}
	for _, v := range values(t) {
		found[wording(v)] = true
	}
	delete(found, "English")
	delete(found, "العربية")
	delete(found, "")
	return found
}

func nameOf(e ast.Expr) string {
	switch f := e.(type) {
	case *ast.SelectorExpr:
		if pkg, ok := f.X.(*ast.Ident); ok && (pkg.Name == "h" || pkg.Name == "g") {
			return ""
		}
		return f.Sel.Name
	case *ast.Ident:
		if f.Name == "text" {
			return "" // a field of an answer, in actions.go
		}
		return f.Name
	}
	return ""
}

func literals(e ast.Expr, found map[string]bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		if _, ok := n.(*ast.CallExpr); ok {
			return false
		}
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			s, _ := strconv.Unquote(l.Value)
			found[s] = true
		}
		return true
	})
}

// valuesOf are the schemas whose enumerations the pages show, with the prefix under which they do.
var valuesOf = map[string]string{
	"Role": "role.", "Campaign/status": "", "CampaignBudget/period": "period.", "Campaign/objective": "objective.", "CampaignCreate/objective": "objective.",
	"RemotePlacement/status": "", "TileBudget/band": "", "Alert/severity": "", "PostTarget/state": "", "Post/status": "", "Incident/state": "",
	"NotificationRule/from": "", "DeadLetter/kind": "", "DeadLetter/state": "", "AutomationAction/kind": "do.", "Automation/mode": "", "AutomationTrip/why": "",
	"Action/state": "", "Recommendation/kind": "advice.", "Recommendation/confidence": "confidence.", "IntegrationStatus": "", "Integration/reason": "lost.",
	"WorkCalendar/days": "", "Channel/disabled": "", "Channel/kind": "channel.",
}

// more values that the specification doesn't enumerate, or that are ours.
var moreValues = strings.Fields(`stale off none disabled breached met waiting confirmed passes blocked silence freeze light dark insufficient_data not_met shadowed told
	gate.mode gate.freeze gate.freshness gate.minimum_data gate.maturity gate.learning gate.cooldown gate.daily_cap gate.pending gate.conflict gate.step gate.breaker
	rule_off frozen stale_data tells_only condition_not_met learning cooling_down daily_cap org_daily_cap proposal_open change_on_its_way person_decided already_paused
	no_rule_paused_it another_rule_beats_it not_running step_limit too_many_failures too_few_days too_few_impressions too_few_clicks too_few_conversions too_little_spend
	conversions_not_mature undefined no_target truth.met truth.not_met truth.unknown
	figure.clicks_gained figure.conversions_gained figure.revenue_gained figure.spend_saved figure.overspend_avoided figure.budget_used
	only.campaign only.budget only.account only.post only.incident
	completed succeeded failed partial transient rate_limited quota auth_expired auth_revoked auth_scope invalid_request not_found api_version_sunset unknown account_suspended`)

func values(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	type schema struct {
		Enum       []string
		Items      *struct{ Enum []string }
		Properties map[string]struct {
			Enum  []string
			Items *struct{ Enum []string }
		}
	}
	var doc struct {
		Components struct{ Schemas map[string]yaml.Node }
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	list := slices.Clone(moreValues)
	for place, prefix := range valuesOf {
		name, property, nested := strings.Cut(place, "/")
		node := doc.Components.Schemas[name]
		var s schema
		_ = node.Decode(&s) // what has another form has no enumeration here, and that fails below
		enum := s.Enum
		if p := s.Properties[property]; nested {
			if enum = p.Enum; p.Items != nil {
				enum = p.Items.Enum
			}
		}
		if len(enum) == 0 && place != "Campaign/objective" {
			t.Errorf("%s of openapi.yaml enumerates nothing", place)
		}
		for _, v := range enum {
			list = append(list, prefix+v)
		}
	}
	events, err := os.ReadDir("../../events")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		list = append(list, strings.TrimSuffix(e.Name(), ".json"))
	}
	return list
}

var verbs = regexp.MustCompile(`%[a-z%]`)

// Every text has its Arabic, with the same places in it, and no Arabic stands there for nothing.
func TestArabic(t *testing.T) {
	all := texts(t)
	var missing []string
	for english := range all {
		translated, ok := arabic[english]
		if !ok {
			missing = append(missing, strconv.Quote(english))
			continue
		}
		a, b := verbs.FindAllString(english, -1), verbs.FindAllString(translated, -1)
		if !slices.Equal(a, b) {
			t.Errorf("%q has the places %v, its Arabic %v", english, a, b)
		}
	}
	slices.Sort(missing)
	if len(missing) > 0 {
		t.Errorf("no Arabic for\n%s", strings.Join(missing, "\n"))
	}
	for english := range arabic {
		if !all[english] {
			t.Errorf("nothing says %q", english)
		}
	}
}
