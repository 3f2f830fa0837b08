package notification

var incidentTexts = map[string]wording{
	"incident.title.account_disconnected": {"{name} has lost its connection", "انقطع اتصال {name}"},
	"incident.title.sync_failing":         {"{name} fails to sync", "تفشل مزامنة {name}"},
	"incident.title.stale_data":           {"no fresh data of {name}", "لا بيانات حديثة من {name}"},
	"incident.title.pause_refused":        {"{name} can't be paused: money may burn", "تعذر إيقاف {name}: قد يستمر الإنفاق"},
	"incident.title.post_failed":          {"a post did not go out: {name}", "لم يُنشر منشور: {name}"},

	"incident.opened":   {"Incident: {title}", "حادث: {title}"},
	"incident.reopened": {"Incident open again: {title}", "أُعيد فتح حادث: {title}"},
	"incident.resolved": {"Incident over: {title}", "انتهى الحادث: {title}"},
	"incident.severity": {
		"Its severity is {level} ({severity}), and nobody has taken it yet.",
		"درجة خطورته {level} ({severity})، ولم يتولَّه أحد بعد.",
	},
	"incident.goals": {
		"Somebody should take it by {acknowledge}, and it should be over by {resolve}.",
		"ينبغي أن يتولاه أحد قبل {acknowledge}، وأن ينتهي قبل {resolve}.",
	},
	"incident.lasted": {"It was open from {from} to {to}.", "كان مفتوحًا من {from} إلى {to}."},

	"sla.acknowledge.risk": {"Nobody has taken it, with 80 % of the time gone: {title}", "لم يتولَّه أحد، وانقضى 80% من المهلة: {title}"},
	"sla.resolve.risk":     {"It isn't over, with 80 % of the time gone: {title}", "لم ينتهِ، وانقضى 80% من المهلة: {title}"},
	"sla.risk.due":         {"The time is up at {at}.", "تنقضي المهلة في {at}."},
	"sla.acknowledge.over": {"Nobody has taken it in time: {title}", "لم يتولَّه أحد في المهلة: {title}"},
	"sla.resolve.over":     {"It isn't over in time: {title}", "لم ينتهِ في المهلة: {title}"},
	"sla.over.due":         {"The time was up at {at}.", "انقضت المهلة في {at}."},
	"ack.timeout":          {"Taken, and not over: {title}", "تولاه أحد ولم ينتهِ: {title}"},
	"ack.timeout.how": {
		"It was acknowledged {n:one=a minute|other=# minutes} ago. It is open again for somebody to take.",
		"أُقر باستلامه قبل {n:zero=# دقيقة|one=دقيقة|two=دقيقتين|few=# دقائق|many=# دقيقة|other=# دقيقة}. وهو متاح مجددًا ليتولاه أحد.",
	},
	"ticket.failed":        {"No ticket could be created at {system}: {title}", "تعذر إنشاء تذكرة في {system}: {title}"},
	"ticket.failed.advice": {"Create it by hand, and look whether the connection still works.", "أنشئها يدويًا، وتحقق من أن الربط ما زال يعمل."},
	"ticket.failed.says":   {"{system} says: {message}", "رسالة {system}: {message}"},

	"channel.disabled":         {"Nothing is sent to {name} any more", "توقف الإرسال إلى {name}"},
	"channel.disabled.failing": {"It has answered nothing but failures for five days.", "لم يُجب إلا بإخفاقات منذ خمسة أيام."},
	"channel.disabled.gone":    {"It says that it is no more.", "أجاب بأنه لم يعد موجودًا."},
	"channel.disabled.by_hand": {"Somebody turned it off.", "أوقفه شخص."},
	"channel.disabled.advice":  {"Put it right, and turn it on again.", "أصلحه ثم أعد تشغيله."},
	"channel.test":             {"This is a test of {name}", "هذا اختبار للقناة {name}"},
	"channel.test.how": {
		"Somebody asked for it. What Bellwether has to tell will come here.",
		"طلبه شخص. ستصل إلى هنا تنبيهات Bellwether.",
	},

	"digest": {
		"{n:one=# notice|other=# notices} since {at}",
		"{n:zero=لا إشعارات|one=إشعار واحد|two=إشعاران|few=# إشعارات|many=# إشعارًا|other=# إشعار} منذ {at}",
	},
	"fold": {
		"{n} more: {titles}",
		"{n:zero=لا إشعارات أخرى|one=إشعار آخر|two=إشعاران آخران|few=# إشعارات أخرى|many=# إشعارًا آخر|other=# إشعار آخر}: {titles}",
	},
	"meanwhile": {"Resolved meanwhile: {title}", "انتهى في الأثناء: {title}"},
}
