package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// line is one goal of the reference and what was measured of it.
type line struct {
	goal     int
	what     string
	measured string
	wanted   string
	met      bool
	note     string
}

type report struct {
	lines   []line
	details []string        // what the figures are made of, shown on demand
	tables  strings.Builder // what is no goal
}

func (r *report) detail(format string, args ...any) {
	r.details = append(r.details, fmt.Sprintf(format, args...))
}

// atMost adds a figure that must not exceed its goal.
func (r *report) atMost(goal int, what string, measured, wanted float64, unit, note string) {
	r.lines = append(r.lines, line{goal, what, figure(measured) + unit, "<= " + figure(wanted) + unit, measured <= wanted, note})
}

// atLeast adds a figure that must reach its goal.
func (r *report) atLeast(goal int, what string, measured, wanted float64, unit, note string) {
	r.lines = append(r.lines, line{goal, what, figure(measured) + unit, ">= " + figure(wanted) + unit, measured >= wanted, note})
}

func figure(f float64) string {
	if f == float64(int64(f)) {
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprintf("%.2f", f)
}

func (r *report) met() bool {
	for _, l := range r.lines {
		if !l.met {
			return false
		}
	}
	return true
}

func (r *report) print(w io.Writer) error {
	slices.SortStableFunc(r.lines, func(a, b line) int { return a.goal - b.goal })
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "goal\twhat\tmeasured\tgoal is\t\tnote")
	for _, l := range r.lines {
		verdict := "met"
		if !l.met {
			verdict = "MISSED"
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\n", l.goal, l.what, l.measured, l.wanted, verdict, l.note)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := io.WriteString(w, r.tables.String())
	return err
}
