package notification

var accountTexts = map[string]wording{
	"connected":       {"{account} is connected: welcome", "تم توصيل {account}: أهلًا بك"},
	"connected.again": {"{account} is connected again", "أُعيد توصيل {account}"},
	"connected.again.posts": {
		"Posts that are still to go out there do so again.",
		"تُنشر هناك من جديد المنشورات التي لم يحن موعدها بعد.",
	},
	"connected.again.ads": {
		"What happened there in the meantime is being read now. Campaigns that stood still only for the lost connection run on.",
		"تُقرأ الآن أحداث فترة الانقطاع. وتُستأنف الحملات التي لم توقَف إلا بسبب انقطاع الاتصال.",
	},
	"connected.posts": {"Posts can be published on it from now on.", "يمكن النشر فيه من الآن فصاعدًا."},
	"connected.ads": {
		"The first sync has started: it reads the account's campaigns and the results of the last four weeks. " +
			"After that its numbers are kept fresh by themselves, and budgets are watched.",
		"بدأت المزامنة الأولى: تقرأ حملات الحساب ونتائج الأسابيع الأربعة الأخيرة. " +
			"وبعدها تُحدَّث أرقامه تلقائيًا وتُراقَب الميزانيات.",
	},
	"connected.counts": {
		"The account counts in {currency}, and its days are those of {zone}.",
		"عملة الحساب {currency}، وأيامه بتوقيت {zone}.",
	},

	"disconnected":   {"{account} was disconnected", "فُصل {account}"},
	"lost":           {"{account} has lost its connection", "انقطع اتصال {account}"},
	"lost.why":       {"Why: {why}.", "السبب: {why}."},
	"lost.advice":    {"Reconnect the account.", "أعد توصيل الحساب."},
	"lost.none":      {"No campaign runs through it.", "لا تعمل أي حملة من خلاله."},
	"lost.may_spend": {"{state} May go on spending: {campaigns}.", "{state} حملات قد يستمر إنفاقها: {campaigns}."},

	"why.lost.token_expired": {"its access has ended", "انتهت صلاحية الوصول إليه"},
	"why.lost.token_revoked": {
		"the platform no longer accepts our access: somebody took it back there, or it was reset",
		"لم تعد المنصة تقبل صلاحية وصولنا: سحبها شخص هناك أو أُعيد تعيينها",
	},
	"why.lost.permission":        {"our access no longer covers what is needed", "لم تعد صلاحية وصولنا تشمل المطلوب"},
	"why.lost.account_suspended": {"the platform has suspended the ad account", "علّقت المنصة الحساب الإعلاني"},
	"lost.advice.permission": {
		"Reconnect the account as somebody who may manage its ads, and allow all that is asked.",
		"أعد توصيل الحساب بواسطة شخص يحق له إدارة إعلاناته، ووافق على جميع الأذونات المطلوبة.",
	},
	"lost.advice.account_suspended": {
		"Settle it with the platform, then reconnect the account.",
		"عالج الأمر مع المنصة، ثم أعد توصيل الحساب.",
	},
	"lost.pausing": {
		"{n:one=# campaign is|other=# campaigns are} being paused at {platform} before the access is given up.",
		"يجري على {platform} إيقاف {n:zero=# حملة|one=حملة واحدة|two=حملتين|few=# حملات|many=# حملة|other=# حملة} قبل التخلي عن صلاحية الوصول.",
	},
	"lost.none_ran": {
		"When they were last seen, none of its {n:one=# campaign|other=# campaigns} ran at {platform}.",
		"عند آخر اطلاع لم تكن أي من حملاته جارية على {platform} (عددها {n}).",
	},
	"lost.unknown": {
		"Nothing can be paused at {platform} any more, and what happens there is unknown.",
		"لم يعد ممكنًا إيقاف أي شيء على {platform}، وما يحدث هناك غير معروف.",
	},
	"lost.left": {
		"As asked, the campaigns are left at {platform} as they are. Nobody watches their budgets here any more.",
		"كما طُلب، تُترك الحملات على {platform} كما هي. ولا أحد يراقب ميزانياتها هنا بعد الآن.",
	},
	"running.some": {
		"some of {n:one=# campaign|other=# campaigns}",
		"بعض من {n:zero=# حملة|one=حملة واحدة|two=حملتين|few=# حملات|many=# حملة|other=# حملة}",
	},
	"running.others": {
		"{campaigns}, and some of {n:one=# other|other=# others}",
		"{campaigns}، وبعض من {n:zero=# حملة أخرى|one=حملة واحدة أخرى|two=حملتين أخريين|few=# حملات أخرى|many=# حملة أخرى|other=# حملة أخرى}",
	},
	"posts.lost": {
		"{n:one=# scheduled post|other=# scheduled posts} will not go out.",
		"{n:zero=لن يُنشر أي منشور مجدول|one=لن يُنشر منشور مجدول واحد|two=لن يُنشر منشوران مجدولان|few=لن تُنشر # منشورات مجدولة" +
			"|many=لن يُنشر # منشورًا مجدولًا|other=لن يُنشر # منشور مجدول}.",
	},

	"changed": {"Much has changed in {account}", "تغيّر الكثير في {account}"},
	"changed.added": {
		"{n:one=# campaign is|other=# campaigns are} new.",
		"{n:zero=لا حملات جديدة|one=حملة واحدة جديدة|two=حملتان جديدتان|few=# حملات جديدة|many=# حملة جديدة|other=# حملة جديدة}.",
	},
	"changed.archived": {
		"{n:one=# campaign is|other=# campaigns are} no longer there.",
		"{n:zero=لم تختفِ أي حملة|one=اختفت حملة واحدة|two=اختفت حملتان|few=اختفت # حملات|many=اختفت # حملة|other=اختفت # حملة}.",
	},
	"changed.impressions": {
		"Impressions for {from} to {to} went from {before} to {after}.",
		"تغيّرت مرات الظهور للفترة من {from} إلى {to} من {before} إلى {after}.",
	},
	"changed.spend": {
		"Spend for {from} to {to} went from {before} to {after}.",
		"تغيّر الإنفاق للفترة من {from} إلى {to} من {before} إلى {after}.",
	},
}
