package automation

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bellwether/internal/analytics"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// Bounds of a rule.
const (
	maxName       = 100
	maxConditions = 20
	maxDepth      = 3
	maxWindow     = 30 // days
	maxRunOfDays  = 7
	maxScope      = 100 // campaigns
	maxCooldown   = 30 * 24 * time.Hour
	leastPause    = time.Hour // between two destructive actions
)

// Kinds are all that a rule can do.
func Kinds() []Kind { return []Kind{Tell, Pause, Resume, Scale} }

// problems collects what is wrong with a rule.
type problems struct {
	list       []fault.Field
	conditions int
}

func (p *problems) add(name, format string, args ...any) {
	p.list = append(p.list, fault.Field{Name: name, Message: fmt.Sprintf(format, args...)})
}

// Validate refuses a rule that can't work, that would never end learning, or that does harm faster than
// people can look. nil: it is good.
func (r Rule) Validate() error {
	var p problems
	if n := utf8.RuneCountInString(strings.TrimSpace(r.Name)); n == 0 || n > maxName || !utf8.ValidString(r.Name) {
		p.add("name", "must be 1 to %d characters", maxName)
	}
	if !slices.Contains(Modes(), r.Mode) {
		p.add("mode", "must be shadow, notify, approve or act")
	}
	if r.Days < 1 || r.Days > maxRunOfDays {
		p.add("days", "must be 1 to %d: on how many days in a row the condition has to hold", maxRunOfDays)
	}
	p.scope(r.Scope)
	p.condition(r, r.When, "when", 1)
	if p.conditions > maxConditions {
		p.add("when", "must be at most %d comparisons", maxConditions)
	}
	p.action(r)
	p.pace(r)
	p.amounts(r)
	if len(p.list) > 0 {
		return fault.InvalidFields(p.list...)
	}
	return nil
}

func (p *problems) scope(s Scope) {
	if len(s.CampaignIDs) > maxScope {
		p.add("scope.campaignIds", "must be at most %d; leave it out for all", maxScope)
	}
	for i, id := range s.CampaignIDs {
		if !event.IsID(id) {
			p.add(fmt.Sprintf("scope.campaignIds[%d]", i), "must be the id of a campaign")
		}
	}
	for i, name := range s.Platforms {
		if !slices.Contains(campaign.Platforms, name) {
			p.add(fmt.Sprintf("scope.platforms[%d]", i), "must be one of %s", strings.Join(campaign.Platforms, ", "))
		}
	}
}

func (p *problems) condition(r Rule, c Condition, path string, depth int) {
	kinds := 0
	for _, given := range []bool{len(c.All) > 0, len(c.Any) > 0, c.Metric != ""} {
		if given {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		p.add(path, "must have exactly one of all, any and metric")
	case depth > maxDepth:
		p.add(path, "must lie at most %d deep", maxDepth)
	case c.Metric != "":
		p.comparison(r, c, path)
	}
	for i, part := range c.All {
		p.condition(r, part, fmt.Sprintf("%s.all[%d]", path, i), depth+1)
	}
	for i, part := range c.Any {
		p.condition(r, part, fmt.Sprintf("%s.any[%d]", path, i), depth+1)
	}
}

func (p *problems) comparison(r Rule, c Condition, path string) {
	p.conditions++
	if !slices.Contains(analytics.AllMetrics(), c.Metric) {
		p.add(path+".metric", "must be one of %s", join(analytics.AllMetrics()))
	}
	if c.Window.Days < 1 || c.Window.Days > maxWindow {
		p.add(path+".window.days", "must be 1 to %d", maxWindow)
	}
	if !slices.Contains([]Op{Above, AtLeast, Below, AtMost}, c.Op) {
		p.add(path+".op", "must be above, at_least, below or at_most")
	}
	switch c.Than {
	case Fixed:
		if c.Value < 0 && c.Metric != ROI {
			p.add(path+".value", "must not be negative")
		}
	case Targeted:
		if r.Target.of(c.Metric) == nil {
			p.add(path+".than", "needs a target of the rule for %s: there are targets for roas and cpa", c.Metric)
		}
		p.factor(c, path)
	case Previous:
		p.factor(c, path)
	default:
		p.add(path+".than", "must be value, target or previous")
	}
}

// maxFactor bounds what a target or a former figure is multiplied by.
const maxFactor = 100 * million

func (p *problems) factor(c Condition, path string) {
	if c.Value <= 0 || c.Value > maxFactor {
		p.add(path+".value", "must be a factor above 0, at most 100: 0.5 is half of it")
	}
}

func (p *problems) action(r Rule) {
	a := r.Action
	if !slices.Contains(Kinds(), a.Kind) {
		p.add("action.kind", "must be notify, pause, resume or scale_budget")
		return
	}
	if a.Kind != Scale {
		if a.Percent != 0 || a.FloorMicros != 0 || a.CapMicros != 0 {
			p.add("action", "percent, floor and cap belong to scale_budget only")
		}
		return
	}
	if a.Percent == 0 || a.Percent < -MaxStep || a.Percent > MaxStep {
		p.add("action.percent", "must be -%d to %d, not 0: platforms learn anew after a larger step", MaxStep, MaxStep)
	}
	if a.FloorMicros < 0 || a.CapMicros < 0 || (a.CapMicros > 0 && a.FloorMicros > a.CapMicros) {
		p.add("action.cap", "must not be negative, and not below the floor")
	}
	if a.Percent > 0 && a.CapMicros == 0 {
		p.add("action.cap", "must be given for a rule that raises budgets: the most that it may come to")
	}
}

func (p *problems) pace(r Rule) {
	cooldown := time.Duration(r.CooldownMinutes) * time.Minute
	least, why := time.Duration(0), ""
	switch {
	case r.Action.Kind == Scale:
		least, why = StepPeriod, "72 hours: platforms learn anew after each change"
	case r.Action.Destructive():
		least, why = leastPause, "60 minutes"
	}
	if cooldown < least {
		p.add("cooldownMinutes", "must be at least %d, %s", int(least/time.Minute), why)
	}
	if cooldown < 0 || cooldown > maxCooldown {
		p.add("cooldownMinutes", "must be 0 to %d", int(maxCooldown/time.Minute))
	}
	if r.DailyActions < 1 || r.DailyActions > MaxDailyActions {
		p.add("dailyActions", "must be 1 to %d", MaxDailyActions)
	}
}

func (p *problems) amounts(r Rule) {
	if r.Currency != "" && !r.Currency.Valid() {
		p.add("currency", "must be an ISO 4217 code")
	}
	if r.Currency == "" && r.hasAmounts() {
		p.add("currency", "must be given, because the rule has amounts")
	}
	for name, target := range map[string]*int64{"target.roas": r.Target.ROAS, "target.cpa": r.Target.CPAMicros} {
		if target != nil && *target <= 0 {
			p.add(name, "must be above 0")
		}
	}
	if r.FourEyesMicros < 0 {
		p.add("fourEyes", "must not be negative")
	}
	slices.SortStableFunc(p.list, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
}

// hasAmounts reports whether the rule has amounts of money.
func (r Rule) hasAmounts() bool {
	return r.Action.FloorMicros != 0 || r.Action.CapMicros != 0 || r.FourEyesMicros != 0 || r.Target.CPAMicros != nil || r.When.hasAmounts()
}

func (c Condition) hasAmounts() bool {
	if c.Than == Fixed && c.Metric.Money() {
		return true
	}
	return slices.ContainsFunc(c.All, Condition.hasAmounts) || slices.ContainsFunc(c.Any, Condition.hasAmounts)
}

func join[T ~string](list []T) string {
	texts := make([]string, len(list))
	for i, t := range list {
		texts[i] = string(t)
	}
	return strings.Join(texts, ", ")
}
