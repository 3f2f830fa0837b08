package web

// wordings are the English words for values of the API that say too little, or something else, by themselves.
// All other values are shown as they are, cut into words.
var wordings = map[string]string{
	"": "as the system has it", "en": "English", "ar": "العربية",

	"pause.human": "by a person", "pause.budget": "its budget is spent", "pause.disconnected": "its account is disconnected",
	"lifetime": "for its whole run", "monthly": "each month", "daily": "each day",
	"period.lifetime": "for its whole run", "period.monthly": "each month", "period.daily": "each day",

	"lost.user": "disconnected by a person", "lost.token_expired": "the grant has expired", "lost.token_revoked": "the grant was taken back",
	"lost.permission": "a permission is missing", "lost.account_suspended": "the platform suspended the account",

	"do.pause": "Pause", "do.resume": "Resume", "do.notify": "Tell", "do.scale_budget": "Change the budget by",
	"shadow": "shadow", "notify": "tells", "approve": "asks", "act": "acts",

	"advice.low_ctr": "Few who see the ads click", "advice.high_cpc": "Clicks have become dear", "advice.low_cvr": "Few who click buy",
	"advice.fatigue": "People are tired of the ads", "advice.underspend": "Budget will be left over",
	"advice.overspend": "The budget will be spent early", "advice.budget_shift": "Another placement would use the budget better",
	"confidence.low": "low confidence", "confidence.medium": "medium confidence", "confidence.high": "high confidence",

	"figure.impressions": "Impressions", "figure.clicks": "Clicks", "figure.spend": "Spend", "figure.conversions": "Conversions", "figure.ctr": "CTR", "figure.cpc": "Cost of a click",
	"figure.cvr": "Conversion rate", "figure.cpa": "Cost of a conversion", "figure.roas": "ROAS", "figure.budget": "Budget", "figure.pace": "Pace", "figure.elapsed": "Part of the period that is over",

	"gate.mode": "the mode", "gate.freeze": "no freeze", "gate.freshness": "fresh results", "gate.minimum_data": "enough data",
	"gate.maturity": "mature conversions", "gate.learning": "no learning phase", "gate.cooldown": "the cooldown", "gate.daily_cap": "the daily cap",
	"gate.pending": "nothing on its way", "gate.conflict": "no stronger rule", "gate.step": "the step limit", "gate.breaker": "the breaker",
	"truth.met": "yes", "truth.not_met": "no", "truth.unknown": "not known",

	"channel.email": "E-mail", "channel.sms": "SMS", "channel.slack": "Slack", "channel.teams": "Teams", "channel.webhook": "Webhook",
	"slack": "Slack", "teams": "Teams", "webhook": "Webhook",
	"box.all": "All", "box.unread": "Unread", "box.snoozed": "Put off", "box.archived": "Archived",

	"SlaAtRisk": "SLA at risk", "SlaBreached": "SLA breached", "AckTimedOut": "Not acknowledged in time",

	"only.campaign": "campaigns", "only.budget": "budgets", "only.account": "accounts", "only.post": "posts", "only.incident": "incidents",

	"forecast.no_budget": "There is no budget.", "forecast.insufficient_data": "There are too few results.", "forecast.open_period": "The budget's time has no end.",
	"forecast.not_begun": "The period has not begun.", "forecast.period_over": "The period is over.", "forecast.stale_data": "The results are too old.",
}
