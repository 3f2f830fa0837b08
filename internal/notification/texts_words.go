package notification

// words are single words, and what stands in many texts.
var words = map[string]wording{
	"sms":  {"Bellwether: {text}", "{text}"},
	"says": {"{platform} says: {message}", "رسالة {platform}: {message}"},

	"account.named":   {"{name} ({platform})", "{name} ({platform})"},
	"account.unnamed": {"an account of {platform}", "حساب على {platform}"},

	"severity.low":      {"low", "منخفضة"},
	"severity.medium":   {"medium", "متوسطة"},
	"severity.high":     {"high", "عالية"},
	"severity.critical": {"critical", "حرجة"},

	"campaign.status.draft":    {"draft", "مسودة"},
	"campaign.status.active":   {"active", "نشطة"},
	"campaign.status.paused":   {"paused", "متوقفة مؤقتًا"},
	"campaign.status.archived": {"archived", "مؤرشفة"},

	"pause.human":        {"human", "قرار شخص"},
	"pause.budget":       {"budget", "الميزانية"},
	"pause.disconnected": {"disconnected", "انقطاع اتصال الحساب"},

	"data.campaigns": {"campaigns", "الحملات"},
	"data.metrics":   {"metrics", "المقاييس"},
	"data.data":      {"data", "البيانات"},
}
