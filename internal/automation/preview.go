package automation

import "bellwether/internal/budget"

// PreviewDays is how far a preview looks back.
const PreviewDays = 30

// Previewed is what a rule would have found at the end of a day.
type Previewed struct {
	Day       string // the day that it would have been judged on: windows end the day before
	Judgement Judgement
}

// Preview judges the rule as if each of the last 30 days were today, the oldest first. It knows the results
// as they are now: what was attributed later was not there yet, so conversions may have looked worse.
func (r Rule) Preview(f Facts) []Previewed {
	var list []Previewed
	for back := PreviewDays - 1; back >= 0; back-- {
		day := f
		day.Today = budget.AddDays(f.Today, -back)
		if back > 0 {
			day.Maturity = nil // seen from now, the day is mature
		}
		list = append(list, Previewed{Day: day.Today, Judgement: r.Judge(day)})
	}
	return list
}
