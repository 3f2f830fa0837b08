package web

import (
	"fmt"
	"math"
	"strings"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/notification"
)

// course is the spend of a period beside its budget, in major units of the currency. Floats are good enough
// for where a line is drawn; no figure is made from them.
type course struct {
	start, end    time.Time // days; end is the first day after
	began, period time.Time // the budget's period, its end the first day after; zero where it has none
	before        float64   // spent in the period before start
	days          []float64 // spent by the end of each day from start on
	budget        float64   // 0: none
	thresholds    []int
	p10, p50, p90 float64 // at the end; 0: no forecast
	pauses        []time.Time
	label         string
	currency      string
}

// The chart's own units; the browser scales them.
const (
	chartWidth, chartHeight                      = 720.0, 300.0
	chartLeft, chartRight, chartTop, chartBottom = 64.0, 708.0, 16.0, 268.0
)

func (c course) span() float64 { return max(c.end.Sub(c.start).Hours()/24, 1) }

// most is the highest amount that the chart has to show.
func (c course) most() float64 {
	top := max(c.budget*1.08, c.p90, 1)
	for _, d := range c.days {
		top = max(top, d)
	}
	return top * 1.02
}

func (c course) x(day float64) float64 {
	return chartLeft + min(max(day/c.span(), 0), 1)*(chartRight-chartLeft)
}
func (c course) y(v float64) float64 { return chartBottom - v/c.most()*(chartBottom-chartTop) }

// dayOf is how many days after the start a moment is.
func (c course) dayOf(at time.Time) float64 { return at.Sub(c.start).Hours() / 24 }

// chart draws the course: spend, thresholds, the band of an even pace, the forecast, and when it was paused.
func (p *page) chart(c course) node {
	parts := []node{p.paceBand(c), p.gridLines(c), p.fan(c), p.spendLine(c)}
	for _, at := range c.pauses {
		if at.Before(c.start) {
			continue
		}
		x := c.x(c.dayOf(at))
		parts = append(parts, g.El(
			"line", h.Class("pause"), coordinate("x1", x), coordinate("x2", x), coordinate("y1", chartTop),
			coordinate("y2", chartBottom),
		),
			label("pause", x+3, chartTop+10, "start", "‖"))
	}
	return h.Div(h.Class("chart"), h.Role("region"), h.TabIndex("0"), h.Aria("label", c.label),
		h.SVG(
			h.Role("img"), h.Aria("label", c.label), h.Dir("ltr"),
			g.Attr("viewBox", fmt.Sprintf("0 0 %g %g", chartWidth, chartHeight)), g.Group(parts),
		))
}

// paceBand is where an even course of spend runs: a quarter to both sides at the period's beginning, a hundredth
// at its end.
func (p *page) paceBand(c course) node {
	if c.budget == 0 || c.began.IsZero() || !c.period.After(c.began) {
		return nothing // no course is even without an end
	}
	var above, below []string
	const steps = 24
	for i := range steps + 1 {
		day := c.span() * float64(i) / steps
		done := min((day+c.start.Sub(c.began).Hours()/24)/(c.period.Sub(c.began).Hours()/24), 1)
		tolerance := 0.25 - 0.24*done
		above = append(above, point(c.x(day), c.y(c.budget*done*(1+tolerance))))
		below = append([]string{point(c.x(day), c.y(c.budget*done*(1-tolerance)))}, below...)
	}
	return shape("polygon", "pace", append(above, below...))
}

func (p *page) gridLines(c course) node {
	parts := []node{axis(chartBottom)}
	if c.budget == 0 {
		parts = append(parts, label("", chartLeft-6, chartTop+4, "end", short(c.most())))
	}
	for _, t := range c.thresholds {
		y := c.y(c.budget * float64(t) / 100)
		if c.budget == 0 {
			break
		}
		class := "mark m" + fmt.Sprint(t)
		parts = append(parts, g.El(
			"line", h.Class(class), coordinate("x1", chartLeft), coordinate("x2", chartRight), coordinate("y1", y),
			coordinate("y2", y),
		),
			label("", chartLeft-6, y+4, "end", fmt.Sprintf("%d %%", t)))
	}
	for i := range 5 {
		at := c.span() * float64(i) / 4
		day := c.start.Add(time.Duration(at * float64(24*time.Hour)))
		parts = append(parts, label("", c.x(at), chartBottom+18, []string{"start", "middle", "middle", "middle", "end"}[i], p.shortDay(day)))
	}
	parts = append(parts, label("", chartLeft-6, chartBottom, "end", "0"))
	return g.Group(parts)
}

// shortDay is a day in few letters.
func (p *page) shortDay(day time.Time) string {
	if p.lang == notification.Arabic {
		return day.Format("2/1")
	}
	return day.Format("2 Jan")
}

// fan opens from what is spent to what the period will come to.
func (p *page) fan(c course) node {
	if c.p90 == 0 || len(c.days) == 0 {
		return nothing
	}
	now := float64(len(c.days))
	from := point(c.x(now), c.y(c.days[len(c.days)-1]))
	return g.Group{
		shape("polygon", "fan", []string{from, point(chartRight, c.y(c.p10)), point(chartRight, c.y(c.p90))}),
		shape("polyline", "p50", []string{from, point(chartRight, c.y(c.p50))}),
	}
}

func (p *page) spendLine(c course) node {
	points := []string{point(c.x(0), c.y(c.before))}
	for i, d := range c.days {
		points = append(points, point(c.x(float64(i+1)), c.y(d)))
	}
	return shape("polyline", "spend", points)
}

func axis(y float64) node {
	return g.El("line", h.Class("axis"), coordinate("x1", chartLeft), coordinate("x2", chartRight), coordinate("y1", y), coordinate("y2", y))
}

func shape(kind, class string, points []string) node {
	return g.El(kind, h.Class(class), g.Attr("points", strings.Join(points, " ")))
}

func label(class string, x, y float64, anchor, text string) node {
	return g.El("text", h.Class(class), coordinate("x", x), coordinate("y", y), g.Attr("text-anchor", anchor), g.Text(text))
}

func coordinate(name string, v float64) node { return g.Attr(name, fmt.Sprintf("%.1f", v)) }

func point(x, y float64) string { return fmt.Sprintf("%.1f,%.1f", x, y) }

// short is a number in few characters.
func short(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.1fM", v/1e6)
	case v >= 1e4:
		return fmt.Sprintf("%.0fk", v/1e3)
	}
	return fmt.Sprint(math.Round(v))
}
