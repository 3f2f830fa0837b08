package notification

import (
	"bellwether/internal/event"
	"bellwether/internal/money"
)

// RecommendationMessage tells what might be done about a campaign, and what it would bring.
func RecommendationMessage(d event.RecommendationCreated) Message {
	m := Message{
		Category: automationCategory, Severity: Low,
		Title: say("recommendation.made", Args{"name": plain(d.CampaignName), "advice": coded("recommendation.", d.Kind)}),
	}
	if key := "effect." + d.Effect; has(key) {
		m.Lines = append(m.Lines, say(key, Args{"gain": gain(d)}))
	}
	m.Lines = append(m.Lines, say("recommendation.until", Args{"until": moment(d.ExpiresAt)}))
	return m
}

// gain is the effect's number.
func gain(d event.RecommendationCreated) Arg {
	switch d.EffectUnit {
	case "money":
		return amount(d.EffectValue, d.Currency)
	case "conversions":
		return plain(money.FormatMicros(tenths(d.EffectValue), 0))
	default:
		return count(d.EffectValue)
	}
}

// tenths rounds millionths to what an estimate can bear: one decimal.
func tenths(millionths int64) int64 {
	const tenth = 100_000
	n, err := money.MulDiv(millionths, 1, tenth)
	if err != nil {
		return millionths
	}
	return n * tenth
}
