package notification

var campaignTexts = map[string]wording{
	"campaign.created":        {"Campaign {name} was created", "أُنشئت الحملة {name}"},
	"campaign.created.status": {"It is {status}.", "حالتها: {status}."},
	"campaign.created.found":  {"The checks found:", "نتائج الفحص:"},

	"check.no_budget": {
		"There is no budget, so nothing will alert and nothing will pause.",
		"لا توجد ميزانية، لذلك لن يُرسل أي تنبيه ولن يوقَف شيء.",
	},
	"check.end_before_start": {
		"It ends on {end}, before it starts on {start}.",
		"تنتهي في {end}، قبل أن تبدأ في {start}.",
	},
	"check.no_placement": {
		"It is on no ad account yet, so it can't bring results.",
		"ليست في أي حساب إعلاني بعد، فلا يمكنها تحقيق نتائج.",
	},
	"check.budget_over_limit": {
		"Its budget of {budget} is over the organisation's limit of {limit}.",
		"ميزانيتها {budget} تتجاوز حد المؤسسة البالغ {limit}.",
	},
	"check.name_running": {
		"Another running campaign is called \"{name}\" too.",
		"توجد حملة أخرى جارية بالاسم نفسه: {name}.",
	},

	"status.now":   {"Campaign {name} is {status} now", "الحملة {name} أصبحت {status}"},
	"status.still": {"Campaign {name} is still {status}", "الحملة {name} ما زالت {status}"},
	"status.why":   {"Why: {why}.", "السبب: {why}."},
	"status.paused": {
		"It is paused for: {reasons}.",
		"أسباب إيقافها مؤقتًا: {reasons}.",
	},

	"why.budget_exhausted":    {"its budget is spent", "نفدت ميزانيتها"},
	"why.budget_landing":      {"its spend is about to land on the budget", "إنفاقها على وشك بلوغ الميزانية"},
	"why.budget_raised":       {"its budget was changed", "عُدّلت ميزانيتها"},
	"why.period_ended":        {"a new budget period began", "بدأت فترة ميزانية جديدة"},
	"why.by_hand":             {"somebody changed it by hand", "غيّرها شخص يدويًا"},
	"why.action_undone":       {"what a rule did was undone", "جرى التراجع عما نفذته قاعدة"},
	"why.archived":            {"it was archived", "أُرشفت"},
	"why.disconnected":        {"its account is disconnected", "حسابها غير متصل"},
	"why.reconnected":         {"its account is connected again", "أُعيد اتصال حسابها"},
	"why.deleted_at_platform": {"it is no longer at its platform", "لم تعد موجودة على منصتها"},
	"why.budget_override":     {"the spent budget was overridden ({reason})", "جرى تجاوز نفاد الميزانية ({reason})"},
	"why.paused_at_platform":  {"somebody paused it at {platform}", "أوقفها شخص على {platform}"},
	"why.resumed_at_platform": {"somebody started it at {platform}", "شغّلها شخص على {platform}"},

	"refused.start":         {"{platform} refuses to start {name}", "رفضت {platform} تشغيل {name}"},
	"refused.start.advice":  {"It should run, and does not.", "ينبغي أن تعمل، لكنها لا تعمل."},
	"refused.budget":        {"{platform} refuses to change the budget of {name}", "رفضت {platform} تغيير ميزانية {name}"},
	"refused.budget.advice": {"It should be {amount} there. Change it at the platform by hand, or decide otherwise here.", "ينبغي أن تكون {amount} هناك. غيّرها يدويًا على المنصة، أو قرر غير ذلك هنا."},
	"refused.pause": {
		"{platform} refuses to pause {name}: it may go on spending",
		"رفضت {platform} إيقاف {name}: قد يستمر الإنفاق",
	},
	"refused.pause.advice": {
		"Pause it at the platform by hand. Each sync tries again.",
		"أوقفها يدويًا على المنصة. وستُعاد المحاولة مع كل مزامنة.",
	},
	"refused.pause.reasons": {
		"It is paused here for: {reasons}. Pause it at the platform by hand. Each sync tries again.",
		"أسباب إيقافها هنا: {reasons}. أوقفها يدويًا على المنصة. وستُعاد المحاولة مع كل مزامنة.",
	},
}
