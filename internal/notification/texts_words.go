package notification

// words are single words, and what stands in many texts.
var words = map[string]wording{
	"plain": {"{text}", "{text}"},
	"sms":   {"Bellwether: {text}", "{text}"},
	"join":  {"{first}; {rest}", "{first}؛ {rest}"},
	"says":  {"{platform} says: {message}", "رسالة {platform}: {message}"},

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
	"pause.rule":         {"a rule", "قاعدة"},
	"pause.disconnected": {"disconnected", "انقطاع اتصال الحساب"},

	"state.triggered":    {"triggered", "لم يتولَّه أحد"},
	"state.acknowledged": {"acknowledged", "قيد المعالجة"},
	"state.resolved":     {"resolved", "منتهٍ"},

	"post.status.draft":               {"draft", "مسودة"},
	"post.status.scheduled":           {"scheduled", "مجدول"},
	"post.status.publishing":          {"publishing", "قيد النشر"},
	"post.status.published":           {"published", "منشور"},
	"post.status.partially_published": {"partially published", "منشور جزئيًا"},
	"post.status.failed":              {"failed", "فشل نشره"},
	"post.status.cancelled":           {"cancelled", "ملغى"},

	"data.campaigns": {"campaigns", "الحملات"},
	"data.metrics":   {"metrics", "المقاييس"},
	"data.data":      {"data", "البيانات"},
}
