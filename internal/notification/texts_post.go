package notification

var postTexts = map[string]wording{
	"post.quoted":  {"“{summary}”", "«{summary}»"},
	"post.unknown": {"A post", "منشور"},

	"post.scheduled":      {"{post} is scheduled", "جُدول: {post}"},
	"post.scheduled.when": {"It goes out on {at} to {platforms}.", "موعد نشره {at} على {platforms}."},
	"post.cancelled":      {"{post} was cancelled", "أُلغي: {post}"},
	"post.cancelled.by": {
		"Somebody else cancelled it. It does not go out where it was not out yet.",
		"ألغاه شخص آخر. لن يُنشر حيث لم يُنشر بعد.",
	},
	"post.risk":        {"{post} would not go out as things stand", "لن يُنشر في الوضع الحالي: {post}"},
	"post.risk.due":    {"It is due on {at}.", "موعده {at}."},
	"post.risk.target": {"{account}: {problems}.", "{account}: {problems}."},
	"post.risk.sms":    {"A post that is due soon would not go out as things stand", "منشور يحين موعده قريبًا لن يُنشر في الوضع الحالي"},
	"post.searched":    {"{post} may be out on {platform}: it is being looked for", "ربما نُشر على {platform}، ويجري التحقق: {post}"},
	"post.searched.how": {
		"The platform did not answer. Nothing is repeated before it is known whether the post is there.",
		"لم تُجب المنصة. لن يُعاد شيء قبل معرفة ما إذا كان المنشور هناك.",
	},
	"post.late": {"{post} is late on {platform}", "تأخر النشر على {platform}: {post}"},
	"post.late.how": {
		"The platform surely did not publish it. It is tried again by itself, until six hours after its time.",
		"من المؤكد أن المنصة لم تنشره. تُعاد المحاولة تلقائيًا حتى ست ساعات بعد موعده.",
	},
	"post.unconfirmed": {"Is {post} out on {platform}? Please look", "هل نُشر على {platform}؟ يُرجى التحقق: {post}"},
	"post.failed":      {"{post} did not go out on {platform}", "لم يُنشر على {platform}: {post}"},
	"post.failed.sms":  {"A post did not go out on {platform}", "لم يُنشر منشور على {platform}"},
	"post.advice.invalid_request": {
		"The platform refused what it says. Change it, or leave this account out, and try again.",
		"رفضت المنصة محتواه. غيّره أو استثنِ هذا الحساب، ثم أعد المحاولة.",
	},
	"post.advice.auth_revoked": {
		"The platform no longer accepts our access. Connect the account again, then retry.",
		"لم تعد المنصة تقبل صلاحية وصولنا. أعد توصيل الحساب ثم أعد المحاولة.",
	},
	"post.advice.auth_expired": {
		"Our access has ended. Connect the account again, then retry.",
		"انتهت صلاحية وصولنا. أعد توصيل الحساب ثم أعد المحاولة.",
	},
	"post.advice.auth_scope": {
		"Our access does not allow publishing. Connect the account again as somebody who may publish there, then retry.",
		"لا تسمح صلاحية وصولنا بالنشر. أعد توصيل الحساب بواسطة شخص يحق له النشر هناك، ثم أعد المحاولة.",
	},
	"post.advice.account_suspended": {
		"The platform has suspended the account. Settle it there, then retry.",
		"علّقت المنصة الحساب. عالج الأمر هناك ثم أعد المحاولة.",
	},
	"post.advice.action_blocked": {
		"The platform has stopped this account from publishing. Nothing is published on it for 24 hours: to go on would make it worse. Look at the account there, then retry.",
		"منعت المنصة هذا الحساب من النشر. لن يُنشر فيه شيء لمدة 24 ساعة، لأن الاستمرار يزيد الأمر سوءًا. تحقق من الحساب هناك ثم أعد المحاولة.",
	},
	"post.advice.api_version_sunset": {
		"The platform has switched off the version of its API that is set here. An operator has to set a newer one.",
		"أوقفت المنصة إصدار واجهتها البرمجية المستخدم هنا. على أحد المشغّلين ضبط إصدار أحدث.",
	},
	"post.advice.too_late": {
		"Its time is too long past, and a stale post must not go out. Retry if it still should.",
		"مضى على موعده وقت طويل، ويجب ألا يُنشر منشور فات أوانه. أعد المحاولة إن كان لا يزال مطلوبًا.",
	},
	"post.advice.disconnected": {
		"The account is not connected. Connect it again, then retry.",
		"الحساب غير متصل. أعد توصيله ثم أعد المحاولة.",
	},
	"post.advice.media": {
		"An image can't be used. Look at its address and its kind, then retry.",
		"تعذر استخدام صورة. تحقق من عنوانها ونوعها ثم أعد المحاولة.",
	},
	"post.advice.unconfirmed": {
		"It may be out there or not: the platform never answered, and it was not found since. Look at the account. If it is there, confirm it; if it is not, retry.",
		"قد يكون منشورًا هناك أو لا: لم تُجب المنصة قط، ولم يُعثر عليه منذ ذلك الحين. تحقق من الحساب: إن كان موجودًا فأكّده، وإلا فأعد المحاولة.",
	},
	"post.advice.other": {
		"It was tried for as long as makes sense. Retry when the platform is well again.",
		"استمرت المحاولات ما دامت مجدية. أعد المحاولة عندما تعود المنصة إلى حالتها الطبيعية.",
	},
}
