package automation

import (
	"reflect"
	"slices"

	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// Add takes a new rule into the book. It begins in shadow, whatever mode it has.
func (b Book) Add(r Rule, cause event.Cause, by string) (Book, Rule, error) {
	if old, ok := b.Rule(r.ID); ok {
		return b, old, nil // the same request again
	}
	if len(b.Rules) >= MaxRules {
		return b, r, fault.Newf(fault.Conflict, "too_many_rules", "an organisation may have at most %d rules", MaxRules)
	}
	r.Mode, r.Version, r.CreatedBy, r.Tripped = Shadow, 1, by, nil
	r.CreatedAt, r.UpdatedAt = cause.At.UTC(), cause.At.UTC()
	b.Rules = append(slices.Clone(b.Rules), r)
	b.Version++
	return b, r, nil
}

// Replace puts the rule in the place of the one with its id, which has to be of the given version. A rule
// that would do other things than before begins in shadow again, unless it only tells. A rule that had
// tripped works again. Nothing changed: the book as it is.
func (b Book) Replace(r Rule, version int64, cause event.Cause) (Book, Rule, []event.Raw, error) {
	i := slices.IndexFunc(b.Rules, func(old Rule) bool { return old.ID == r.ID })
	if i < 0 {
		return b, r, nil, ErrNoRule()
	}
	old := b.Rules[i]
	if old.Version != version {
		return b, old, nil, fault.New(fault.Conflict, "version_mismatch", "the rule was changed by somebody else; read it again")
	}
	r.CreatedBy, r.CreatedAt, r.UpdatedAt, r.Version, r.Tripped = old.CreatedBy, old.CreatedAt, cause.At.UTC(), old.Version+1, nil
	if !r.does(old) {
		r.Mode = Shadow
	}
	var events []event.Raw
	if old.Tripped != nil {
		raw, err := event.New(cause, b.OrgID, r.Subject(), r.Version, 0, event.RuleRestored{RuleID: r.ID, RuleName: r.Name})
		if err != nil {
			return b, r, nil, err
		}
		events = append(events, raw)
	}
	b.Rules = slices.Clone(b.Rules)
	b.Rules[i] = r
	b.Version++
	return b, r, events, nil
}

// does reports whether the rule does the same as old, on the same conditions: what mode it is in, its name
// and whether it is on may differ.
func (r Rule) does(old Rule) bool {
	bare := func(r Rule) Rule {
		return Rule{
			When: r.When, Days: r.Days, Action: r.Action, Target: r.Target, Currency: r.Currency,
			CooldownMinutes: r.CooldownMinutes, DailyActions: r.DailyActions, FourEyesMicros: r.FourEyesMicros,
		}
	}
	return r.Scope.same(old.Scope) && reflect.DeepEqual(bare(r), bare(old))
}

// same reports whether both reach the same campaigns. A list that is empty says what no list says.
func (s Scope) same(other Scope) bool {
	return slices.Equal(s.CampaignIDs, other.CampaignIDs) && slices.Equal(s.Platforms, other.Platforms)
}

// Remove takes the rule out of the book. What it paused stays paused until a person resumes it.
func (b Book) Remove(id string) (Book, error) {
	i := slices.IndexFunc(b.Rules, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return b, ErrNoRule()
	}
	b.Rules = slices.Delete(slices.Clone(b.Rules), i, i+1)
	b.Version++
	return b, nil
}

// ErrNoRule is what an unknown rule is answered with.
func ErrNoRule() error { return fault.New(fault.NotFound, "rule_not_found", "there is no such rule") }
