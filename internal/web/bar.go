package web

import (
	"math/big"
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/api"
	"bellwether/internal/money"
)

// marks are the usual thresholds, in percent.
var marks = []int64{80, 90, 100}

// widest is the least percentage at which a bar ends.
const widest = 125

// bar is how much of a budget is spent, with the thresholds and, where there is a forecast, what the period
// will come to: P10 to P90 as a fan, P50 as a line. It is drawn by attributes: the policy forbids inline styles.
func (p *page) bar(spent, amount api.Money, percentUsed string, f *api.Forecast) node {
	of := func(m api.Money) int64 { return inThousandths(m, amount) }
	used, scale := of(spent), int64(widest*10)
	label := p.T("%s %% of %s spent", percentUsed, amountText(amount))
	var fan node = nothing
	if f != nil && f.P10 != nil && f.P50 != nil && f.P90 != nil {
		scale = max(scale, min(of(*f.P90)+20, 3000))
		from, to := of(*f.P10), min(of(*f.P90), scale)
		label += p.T("; forecast %s to %s, middle %s", amountText(*f.P10), amountText(*f.P90), amountText(*f.P50))
		fan = g.Group{
			rect("fan", from, 3, max(to-from, 4), 14, scale),
			line("p50", min(of(*f.P50), scale), 2, 18, scale),
		}
	}
	scale = max(scale, min(used+20, 3000))
	parts := []node{rect("track", 0, 0, scale, 20, scale), rect("spent "+step(used), 0, 5, min(max(used, 0), scale), 10, scale), fan}
	for _, m := range marks {
		parts = append(parts, line("mark m"+strconv.FormatInt(m, 10), m*10, 0, 20, scale))
	}
	return h.SVG(
		h.Class("budget"), h.Role("img"), h.Aria("label", label), g.Attr("viewBox", "0 0 1000 20"),
		g.Attr("preserveAspectRatio", "none"), g.Group(parts),
	)
}

// step names how far a budget is spent, for its tone.
func step(thousandths int64) string {
	switch {
	case thousandths >= 1000:
		return "full"
	case thousandths >= 800:
		return "near"
	}
	return "room"
}

func rect(class string, x, y, width, height, scale int64) node {
	return g.El(
		"rect", h.Class(class), numeral("x", x*1000/scale), numeral("y", y), numeral("width", max(width*1000/scale, 0)),
		numeral("height", height),
	)
}

func line(class string, x, from, to, scale int64) node {
	at := x * 1000 / scale
	return g.El(
		"line", h.Class(class), numeral("x1", at), numeral("x2", at), numeral("y1", from), numeral("y2", to),
		g.Attr("vector-effect", "non-scaling-stroke"),
	)
}

func numeral(name string, n int64) node { return g.Attr(name, strconv.FormatInt(n, 10)) }

// inThousandths is how much of the whole an amount is.
func inThousandths(m, whole api.Money) int64 {
	n, err := money.MulDiv(m.Micros, 1000, max(whole.Micros, 1))
	if err != nil {
		return 0
	}
	return n
}

// hundredfold is a decimal number times 100, as text.
func hundredfold(decimal string) (string, error) {
	r, ok := new(big.Rat).SetString(decimal)
	if !ok {
		return "", strconv.ErrSyntax
	}
	return r.Mul(r, big.NewRat(100, 1)).FloatString(4), nil
}
