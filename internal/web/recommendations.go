package web

import (
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"bellwether/internal/api"
	"bellwether/internal/money"
)

func (p *page) advice(list *api.RecommendationPage) node {
	if list == nil {
		return p.missingPart()
	}
	if len(list.Items) == 0 {
		return p.empty("Nothing to recommend at the moment.")
	}
	var items []node
	for _, r := range list.Items {
		about := []string{"recommendationId", r.Id}
		var evidence []node
		for _, f := range r.Evidence {
			evidence = append(evidence, h.Li(g.Text(p.figureName(f.Name)+": "), number(figureText(f, r.Currency))))
		}
		items = append(items, h.Li(h.H3(
			g.Text(p.word("advice."+r.Kind)), g.Text(" "), p.chip("confidence."+r.Confidence),
		), h.P(
			link("/app/campaigns/"+r.CampaignId, r.CampaignName), g.Text(" · "+p.word("figure."+r.Effect.Name)+": "),
			number(figureText(r.Effect, r.Currency)),
		),
			p.more(p.T("The numbers"), h.Ul(g.Group(evidence))),
			g.If(p.may("recommendation.accept"), h.Div(h.Class("line"), p.do("recommendation.accept", about, "Will do"),
				p.more(
					p.T("Dismiss"),
					p.form("recommendation.dismiss", about, p.field("recommendation.dismiss", "Why not", "reason", ""), p.submit("Dismiss")),
				)))))
	}
	return h.Ul(h.Class("plain"), g.Group(items))
}

// figureName is the name of a figure: what it is of, and which of several.
func (p *page) figureName(name string) string {
	which, of, two := strings.Cut(name, "_")
	if !two {
		return p.word("figure." + name)
	}
	of = p.word("figure." + of)
	switch which {
	case "expected":
		return p.T("%s, expected", of)
	case "previous":
		return p.T("%s, before", of)
	case "projected":
		return p.T("%s, foreseen", of)
	case "moved":
		return p.T("%s, moved", of)
	case "from":
		return p.T("%s, from where it is taken", of)
	case "to":
		return p.T("%s, where it goes", of)
	}
	return p.word("figure." + name)
}

// figureText is a figure of a recommendation.
func figureText(f api.RecommendationFigure, currency string) string {
	if f.Unit == "money" {
		if m, err := money.ParseMicrosRounded(f.Value); err == nil {
			return amountText(money.Of(m, money.Currency(currency)))
		}
	}
	if f.Unit == "ratio" {
		return cut(f.Value, 5)
	}
	return grouped(cut(f.Value, 2))
}
