package notification

var automationTexts = map[string]wording{
	"rule.told":           {"Rule {rule} is met by campaign {name}", "تحقق شرط القاعدة {rule} في الحملة {name}"},
	"rule.told.would":     {"It would {action}. Nothing was changed.", "كانت ستنفذ: {action}. لم يتغير شيء."},
	"rule.told.only":      {"Nothing was changed.", "لم يتغير شيء."},
	"rule.proposed":       {"Rule {rule} asks to {action}: {name}", "القاعدة {rule} تطلب الموافقة على: {action}، {name}"},
	"rule.proposed.until": {"Approve or decline it by {until}.", "وافق أو ارفض قبل {until}."},
	"rule.proposed.two":   {"Two people have to approve it.", "يجب أن يوافق شخصان."},
	"rule.taken":          {"Rule {rule} did this about campaign {name}: {action}", "نفذت القاعدة {rule} على الحملة {name}: {action}"},
	"rule.taken.undo":     {"It can be undone until {until}, as long as nobody changes the campaign.", "يمكن التراجع حتى {until}، ما لم يغيّر أحد الحملة."},
	"rule.undone":         {"Undone: what rule {rule} did about campaign {name}", "جرى التراجع عما نفذته القاعدة {rule} على الحملة {name}"},
	"rule.undone.what":    {"It was: {action}. Rules leave the campaign alone for a day.", "كان: {action}. لن تمس القواعد الحملة لمدة يوم."},
	"rule.tripped":        {"Rule {rule} was taken back to telling only", "أُعيدت القاعدة {rule} إلى الإخطار فقط"},
	"rule.tripped.advice": {"Look at its decisions, and save it anew to let it act again.", "راجع قراراتها، ثم احفظها من جديد لتعمل مرة أخرى."},

	"approval.approve":  {"Approve", "موافقة"},
	"approval.decline":  {"Decline", "رفض"},
	"approval.bad":      {"This link can't be used", "لا يمكن استخدام هذا الرابط"},
	"approval.bad.why":  {"It is none of ours, too old, or not for you any more.", "ليس من روابطنا، أو انتهت صلاحيته، أو لم يعد موجهًا إليك."},
	"approval.approved": {"Approved: it is done", "تمت الموافقة والتنفيذ"},
	"approval.second":   {"Approved: a second person has to agree", "تمت موافقتك، ويجب أن يوافق شخص ثانٍ"},
	"approval.declined": {"Declined: nothing is changed", "تم الرفض ولن يتغير شيء"},
	"approval.answered": {"It is answered already", "سبق الرد عليه"},
	"approval.held":     {"It can't be done now", "لا يمكن تنفيذه الآن"},
	"approval.held.why": {"The campaign has changed since, or something holds it back: look at it first.", "تغيرت الحملة منذ ذلك الحين أو هناك ما يمنع التنفيذ: راجعها أولًا."},

	"trip.too_many_errors": {"More than half of what it did today was refused.", "رُفض أكثر من نصف ما نفذته اليوم."},
	"trip.flapping":        {"What it does goes back and forth.", "ما تنفذه يتكرر ذهابًا وإيابًا."},

	"action.notify":  {"tell people", "إخطار الأشخاص"},
	"action.pause":   {"pause the campaign", "إيقاف الحملة مؤقتًا"},
	"action.resume":  {"resume the campaign", "استئناف الحملة"},
	"action.raise":   {"raise the budget by {percent}", "زيادة الميزانية بنسبة {percent}"},
	"action.cut":     {"cut the budget by {percent}", "خفض الميزانية بنسبة {percent}"},
	"action.raised":  {"raise the budget by {percent}, from {from} to {to}", "زيادة الميزانية بنسبة {percent}، من {from} إلى {to}"},
	"action.lowered": {"cut the budget by {percent}, from {from} to {to}", "خفض الميزانية بنسبة {percent}، من {from} إلى {to}"},
}
