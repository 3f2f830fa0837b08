package automations

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/automation"
	"bellwether/internal/fault"
	"bellwether/internal/money"
)

// reading turns what clients write into what rules are made of, and collects what is wrong with it.
type reading struct {
	currency money.Currency
	bad      []fault.Field
}

func decode(r *http.Request) (automation.Rule, error) {
	var in api.AutomationWrite
	if err := api.Decode(r, &in); err != nil {
		return automation.Rule{}, err
	}
	return ruleOf(in)
}

// ruleOf is the rule that a client wrote.
func ruleOf(in api.AutomationWrite) (automation.Rule, error) {
	rd := reading{currency: money.Currency(strings.ToUpper(api.Value(in.Currency)))}
	if rd.currency != "" && !rd.currency.Valid() {
		return automation.Rule{}, fault.InvalidFields(fault.Field{Name: "currency", Message: "must be an ISO 4217 code"})
	}
	scope, target := api.Value(in.Scope), api.Value(in.Target)
	kind := automation.Kind(in.Action.Kind)
	cooldown := automation.DefaultCooldown
	if kind == automation.Scale {
		cooldown = automation.StepPeriod
	}
	rule := automation.Rule{
		Name: strings.TrimSpace(in.Name), Mode: automation.Mode(or(in.Mode, string(automation.Shadow))), Enabled: or(in.Enabled, true), Currency: rd.currency,
		Scope: automation.Scope{CampaignIDs: api.Value(scope.CampaignIds), Platforms: api.Value(scope.Platforms)},
		When:  rd.condition(in.When, "when", 1), Days: or(in.ConsecutiveDays, 1),
		Action: automation.Action{
			Kind: kind, Percent: api.Value(in.Action.Percent),
			FloorMicros: rd.amount(in.Action.Floor, "action.floor"), CapMicros: rd.amount(in.Action.Cap, "action.cap"),
		},
		CooldownMinutes: or(in.CooldownMinutes, int(cooldown/time.Minute)), DailyActions: or(in.DailyActions, automation.DefaultDailyActions),
		FourEyesMicros: rd.amount(in.FourEyes, "fourEyes"),
	}
	if target.Roas != nil {
		n := rd.decimal(*target.Roas, "target.roas")
		rule.Target.ROAS = &n
	}
	if target.Cpa != nil {
		n := rd.amount(target.Cpa, "target.cpa")
		rule.Target.CPAMicros = &n
	}
	if len(rd.bad) > 0 {
		return rule, fault.InvalidFields(rd.bad...)
	}
	return rule, nil
}

func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// deepest is where a reader stops: the rule's own bound lies far above it.
const deepest = 8

func (rd *reading) condition(in api.AutomationCondition, path string, depth int) (c automation.Condition) {
	if depth > deepest {
		rd.refuse(path, "must not lie so deep")
		return c
	}
	for i, part := range api.Value(in.All) {
		c.All = append(c.All, rd.condition(part, fmt.Sprintf("%s.all[%d]", path, i), depth+1))
	}
	for i, part := range api.Value(in.Any) {
		c.Any = append(c.Any, rd.condition(part, fmt.Sprintf("%s.any[%d]", path, i), depth+1))
	}
	c.Metric, c.Op, c.Than = automation.Metric(api.Value(in.Metric)), automation.Op(api.Value(in.Op)), automation.Against(api.Value(in.Than))
	c.Window = automation.Window{Days: api.Value(in.Days), Today: api.Value(in.Today)}
	if c.Metric == "" {
		if in.Op != nil || in.Than != nil || in.Days != nil || in.Value != nil || in.Today != nil {
			rd.refuse(path+".metric", "must be given with days, op, than and value")
		}
		return c
	}
	if c.Than == "" {
		c.Than = automation.Fixed
	}
	if in.Value == nil {
		rd.refuse(path+".value", "must be given: a decimal")
		return c
	}
	c.Value = rd.value(c, *in.Value, path+".value")
	return c
}

// value is the bar of a comparison, in the unit that the rule keeps it in.
func (rd *reading) value(c automation.Condition, text, path string) int64 {
	n := rd.decimal(text, path)
	if c.Than != automation.Fixed || !c.Metric.Counted() {
		return n
	}
	if n%1_000_000 != 0 {
		rd.refuse(path, "must be a whole number")
	}
	return n / 1_000_000
}

// decimals is a currency for numbers that have none: any with two digits does.
const decimals = money.Currency("EUR")

// decimal reads a decimal as millionths.
func (rd *reading) decimal(text, path string) int64 {
	n, err := money.Parse(text, decimals)
	if err != nil {
		rd.refuse(path, "must be a decimal with at most 6 places, like 0.5")
	}
	return n.Micros
}

func (rd *reading) amount(text *string, path string) int64 {
	if text == nil {
		return 0
	}
	return rd.decimal(*text, path)
}

func (rd *reading) refuse(path, message string) {
	rd.bad = append(rd.bad, fault.Field{Name: path, Message: message})
}
