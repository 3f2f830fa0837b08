package notification

var recommendationTexts = map[string]wording{
	"recommendation.made":  {"Recommendation for campaign {name}: {advice}", "توصية للحملة {name}: {advice}"},
	"recommendation.until": {"Answer by {until}. Nothing changes by itself.", "الرد قبل {until}. لن يتغير شيء تلقائيًا."},

	"recommendation.low_ctr":      {"few who see its ads click; try other creatives or audiences", "نسبة النقر منخفضة؛ جرّب تصاميم أو جماهير أخرى"},
	"recommendation.high_cpc":     {"its clicks have become dear; look at the bids", "ارتفعت تكلفة النقرة؛ راجع عروض الأسعار"},
	"recommendation.low_cvr":      {"few who click buy; look at the landing page", "نسبة التحويل منخفضة؛ راجع الصفحة المقصودة"},
	"recommendation.fatigue":      {"people see its ads more and click less; bring fresh creatives", "يرى الناس الإعلانات أكثر وينقرون أقل؛ جدّد التصاميم"},
	"recommendation.underspend":   {"it spends too slowly", "الإنفاق بطيء"},
	"recommendation.overspend":    {"it spends too fast", "الإنفاق سريع"},
	"recommendation.budget_shift": {"move budget to the placement that earns more", "انقل الميزانية إلى الموضع الأفضل عائدًا"},

	"effect.clicks_gained":      {"Expected: about {gain:one=# click|other=# clicks} more a week.", "المتوقع: زيادة أسبوعية في النقرات تقارب {gain}."},
	"effect.conversions_gained": {"Expected: about {gain} conversions more a week.", "المتوقع: زيادة أسبوعية في التحويلات تقارب {gain}."},
	"effect.revenue_gained":     {"Expected: up to {gain} more revenue a week.", "المتوقع: زيادة أسبوعية في الإيرادات تصل إلى {gain}."},
	"effect.spend_saved":        {"Expected: about {gain} saved a week.", "المتوقع: توفير أسبوعي يقارب {gain}."},
	"effect.overspend_avoided":  {"If it goes on like this, it costs {gain} more than its budget.", "إذا استمرت على هذا النحو فستتجاوز ميزانيتها بمقدار {gain}."},
	"effect.budget_used":        {"If it goes on like this, {gain} of its budget will be left.", "إذا استمرت على هذا النحو فسيبقى من ميزانيتها {gain}."},
}
