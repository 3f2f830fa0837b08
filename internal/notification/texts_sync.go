package notification

var syncTexts = map[string]wording{
	"sync.failed": {"A sync of {account} failed", "فشلت مزامنة {account}"},
	"sync.failing": {
		"{account} fails to sync: {n:one=once|other=# times in a row}",
		"تفشل مزامنة {account}: {n:zero=# مرة|one=مرة واحدة|two=مرتين متتاليتين|few=# مرات متتالية|many=# مرة متتالية|other=# مرة متتالية}",
	},
	"sync.long":       {"{account} has not been synced for four days", "لم تتم مزامنة {account} منذ أربعة أيام"},
	"sync.partial":    {"It failed at the {data}; what comes before them was read whole.", "توقفت عند: {data}؛ وما قبل ذلك قُرئ كاملًا."},
	"sync.last":       {"The last sync that succeeded ended on {at}.", "انتهت آخر مزامنة ناجحة في {at}."},
	"sync.never":      {"No sync of it has succeeded yet.", "لم تنجح له أي مزامنة بعد."},
	"sync.well":       {"{account} is well again", "عاد {account} إلى حالته الطبيعية"},
	"sync.well.fresh": {"A sync has succeeded, and its data is fresh.", "نجحت مزامنة، وبياناته حديثة."},
	"sync.well.after": {
		"A sync has succeeded after {n:one=# failure|other=# failures} since {at}, and its data is fresh.",
		"نجحت مزامنة بعد {n:zero=# إخفاق|one=إخفاق واحد|two=إخفاقين|few=# إخفاقات|many=# إخفاقًا|other=# إخفاق} منذ {at}، وبياناته حديثة.",
	},

	"sync.advice.transient": {
		"The platform did not answer as it should. It is tried again by itself; there is nothing to do unless it goes on.",
		"لم تُجب المنصة كما ينبغي. تُعاد المحاولة تلقائيًا، ولا يلزم فعل شيء ما لم يستمر ذلك.",
	},
	"sync.advice.invalid_request": {
		"The platform refused what it was asked, and will refuse it again. An operator has to look at it: the run and its error are in the account's history.",
		"رفضت المنصة الطلب وسترفضه مجددًا. على أحد المشغّلين فحص الأمر: العملية وخطؤها مسجلان في سجل الحساب.",
	},
	"sync.advice.api_version_sunset": {
		"The platform has switched off the version of its API that is set here. An operator has to set a newer one.",
		"أوقفت المنصة إصدار واجهتها البرمجية المستخدم هنا. على أحد المشغّلين ضبط إصدار أحدث.",
	},
	"sync.advice.not_found": {
		"The account, or something in it, is gone or hidden. Look at the platform whether it is there and whether the person who connected it may still see it; if so, reconnect the account.",
		"الحساب أو شيء فيه لم يعد موجودًا أو أصبح مخفيًا. تحقق على المنصة من وجوده ومن أن الشخص الذي وصّله ما زال يراه؛ فإن كان كذلك فأعد توصيل الحساب.",
	},
	"sync.advice.unknown": {
		"It is not known what went wrong. It is tried again by itself; if it goes on, start a sync by hand, then reconnect the account, then show an operator its history.",
		"سبب الخطأ غير معروف. تُعاد المحاولة تلقائيًا؛ فإن استمر فابدأ مزامنة يدويًا، ثم أعد توصيل الحساب، ثم اعرض سجله على أحد المشغّلين.",
	},

	"stale": {"No fresh data of {account} since {at}", "لا بيانات حديثة من {account} منذ {at}"},
	"stale.how": {
		"It is synced every {n:one=minute|other=# minutes}, and no sync has succeeded in twice that time. " +
			"Until one does, its numbers are those of then, and no campaign is paused because of them.",
		"تجري مزامنته كل {n:zero=# دقيقة|one=دقيقة|two=دقيقتين|few=# دقائق|many=# دقيقة|other=# دقيقة}، ولم تنجح أي مزامنة خلال ضعف هذه المدة. " +
			"وإلى أن تنجح واحدة تبقى أرقامه كما كانت، ولا توقَف أي حملة بسببها.",
	},

	"grant": {"Access to {account} ends on {at}", "ينتهي الوصول إلى {account} في {at}"},
	"grant.advice": {
		"Reconnect the account before that: the platform does not let it be prolonged without a person.",
		"أعد توصيل الحساب قبل ذلك: لا تسمح المنصة بتمديده دون تدخل شخص.",
	},
	"grant.campaigns": {
		"Otherwise {n:one=# campaign is|other=# campaigns are} no longer synced, and can't be paused from here: {campaigns}.",
		"وإلا فلن تُزامَن بعد ذلك {n:zero=أي حملة|one=حملة واحدة|two=حملتان|few=# حملات|many=# حملة|other=# حملة}، ولن يمكن الإيقاف من هنا: {campaigns}.",
	},
	"grant.all": {"all of the account's", "جميع حملات الحساب"},
	"grant.others": {
		"{campaigns}, and {n:one=# other|other=# others}",
		"{campaigns}، و{n:zero=# حملة أخرى|one=حملة واحدة أخرى|two=حملتان أخريان|few=# حملات أخرى|many=# حملة أخرى|other=# حملة أخرى}",
	},
	"grant.posts": {
		"{n:one=# scheduled post|other=# scheduled posts} would not go out.",
		"{n:zero=لن يُنشر أي منشور مجدول|one=لن يُنشر منشور مجدول واحد|two=لن يُنشر منشوران مجدولان|few=لن تُنشر # منشورات مجدولة" +
			"|many=لن يُنشر # منشورًا مجدولًا|other=لن يُنشر # منشور مجدول}.",
	},
}
