package web

import "maps"

// arabic are the Arabic texts, by the English ones. A test holds them together.
var arabic = func() map[string]string {
	all := map[string]string{}
	for _, part := range []map[string]string{arabicFrame, arabicMoney, arabicPosts, arabicTrouble, arabicRules, arabicSettings, arabicValues, arabicEvents} {
		maps.Copy(all, part)
	}
	return all
}()

var arabicFrame = map[string]string{
	"Overview": "نظرة عامة", "Calendar": "التقويم", "Integrations": "الحسابات المرتبطة", "Inbox": "صندوق الوارد", "Incidents": "الحوادث",
	"Automations": "الأتمتة", "Events": "الأحداث", "Settings": "الإعدادات", "Pages": "الصفحات",
	"Skip to the content": "انتقل إلى المحتوى", "Sign in": "تسجيل الدخول", "Sign out": "تسجيل الخروج", "The API": "واجهة البرمجة", "Language": "اللغة", "Colours": "الألوان", "Apply": "تطبيق",
	"Look after your campaigns": "اعتنِ بحملاتك",
	"Budgets, ad accounts, posts and what goes wrong with them, always as fresh as the platforms tell.": "الميزانيات وحسابات الإعلانات والمنشورات وما يتعثر منها، بأحدث ما تقوله المنصات.",
	"Signing in was not finished. Try once more.":                                                       "لم يكتمل تسجيل الدخول. حاول مرة أخرى.",
	"Signing in does not work right now":                                                                "تسجيل الدخول لا يعمل الآن",
	"The service that signs people in does not answer. Try again in a moment.":                          "الخدمة التي تسجّل الدخول لا تجيب. حاول بعد قليل.",
	"The connection is lost. What you see is what was known before; it is tried again by itself.":       "انقطع الاتصال. ما تراه هو آخر ما عُرف، وتُعاد المحاولة تلقائيًا.",
	"This page is not for your role":                                                                    "هذه الصفحة ليست لدورك", "Ask an admin of your organisation if you need it.": "اسأل مسؤولًا في مؤسستك إن احتجت إليها.",
	"This can't be shown right now": "لا يمكن عرض هذا الآن",
	"A service that this page needs does not answer. Nothing is lost; try again in a moment.": "خدمة تحتاجها هذه الصفحة لا تجيب. لم يضِع شيء؛ حاول بعد قليل.",
	"This can't be shown": "لا يمكن عرض هذا", "The address is not one that this page understands.": "العنوان ليس مما تفهمه هذه الصفحة.",
	"There is nothing here": "لا شيء هنا", "It may have been removed, or belong to another organisation.": "ربما أُزيل، أو يعود إلى مؤسسة أخرى.",
	"That did not work: a service does not answer. Nothing was changed twice; try again in a moment.": "لم ينجح ذلك: خدمة لا تجيب. لم يتغير شيء مرتين؛ حاول بعد قليل.",
	"Your role does not allow this.": "دورك لا يسمح بهذا.",
	"Somebody else changed this in the meantime. Here it is as it is now; look again before you save.": "غيّر شخص آخر هذا في الأثناء. هذه حاله الآن؛ راجعه قبل أن تحفظ.",
	"That was refused:":                     "رُفض ذلك:",
	"Copy this now: it is not shown again.": "انسخه الآن: لن يظهر مرة أخرى.",
	"One more step":                         "خطوة أخرى", "You go on at another site, and come back from there.": "تواصل في موقع آخر ثم تعود من هناك.", "Continue": "متابعة",
	"This part does not load right now. It is tried again by itself.": "هذا الجزء لا يُحمَّل الآن. تُعاد المحاولة تلقائيًا.",
	"Try again": "حاول مرة أخرى", "Older": "الأقدم", "Do": "إجراء", "Change": "تغيير", "Keep": "حفظ", "Remove": "إزالة", "Add": "إضافة", "Name": "الاسم", "State": "الحالة", "Kind": "النوع",
	"Why": "لماذا", "Why not": "لماذا لا", "When": "متى", "Where": "أين", "What": "ماذا", "By": "بواسطة", "by": "بواسطة", "Until": "حتى", "until": "حتى", "Since": "منذ", "since": "منذ", "From": "من", "to": "إلى", "%s to %s": "من %s إلى %s",
	"unread": "غير مقروء", "open": "مفتوح", "never": "أبدًا", "none": "لا شيء", "everything": "كل شيء", "everywhere": "في كل مكان", "took": "استغرق",
	"%d s": "%d ث", "%d min": "%d د", "%d h %d min": "%d س %d د", "%d d %d h": "%d ي %d س", "%s left": "بقي %s",
	"1 hour": "ساعة", "4 hours": "4 ساعات", "1 day": "يوم", "1 week": "أسبوع",
	"as the system has it": "كما في النظام", "light": "فاتح", "dark": "داكن",
}

var arabicMoney = map[string]string{
	"Spend": "الإنفاق", "Revenue": "الإيرادات", "ROAS": "عائد الإنفاق ROAS", "ROI": "عائد الاستثمار ROI", "CTR": "نسبة النقر CTR", "Active campaigns": "الحملات النشطة", "Totals in %s": "المجاميع بعملة %s",
	"As of": "حتى", "No results yet.": "لا نتائج بعد.", "no results yet": "لا نتائج بعد", "catching up": "جارٍ اللحاق", "stale accounts: %d": "حسابات بياناتها قديمة: %d", "data as of": "البيانات حتى",
	"No campaigns yet. Connect an ad account and its campaigns come by themselves, or make one by the API.": "لا حملات بعد. اربط حساب إعلانات فتأتي حملاته تلقائيًا، أو أنشئ حملة بواجهة البرمجة.",
	"Connect an account": "اربط حسابًا", "Budgets": "الميزانيات", "Budget": "الميزانية", "Alerts": "التنبيهات", "Next posts": "المنشورات القادمة", "Accounts": "الحسابات",
	"Campaigns and their budgets show here.": "تظهر هنا الحملات وميزانياتها.", "Campaigns without a budget: %d": "حملات بلا ميزانية: %d", "No budget.": "بلا ميزانية.",
	"spent": "أُنفق", "forecast, 8 of 10 cases": "التوقع في 8 حالات من 10", "an even pace": "وتيرة متساوية", "80, 90 and 100 %": "80 و90 و100 %", "by a rule": "بقاعدة",
	"No alerts in the running periods.": "لا تنبيهات في الفترات الجارية.", "No post is scheduled.": "لا منشور مجدول.", "no time yet": "بلا موعد بعد", "No account is connected.": "لا حساب مرتبط.",
	"%s %% of %s spent": "أُنفق %s %% من %s", "; forecast %s to %s, middle %s": "؛ التوقع من %s إلى %s، والأوسط %s",
	"Spend and budget": "الإنفاق والميزانية", "Placements": "مواضع الإعلان", "Placement": "الموضع", "Day by day": "يومًا بيوم", "Older days": "الأيام الأقدم", "Figures": "الأرقام", "Figure": "الرقم", "Recommendations": "التوصيات", "What happened": "ما حدث",
	"All events": "كل الأحداث", "What the rules decided, and why": "ما قررته القواعد ولماذا", "Pause": "إيقاف مؤقت", "Resume": "استئناف", "Period": "الفترة", "Change the budget": "غيّر الميزانية",
	"Why it may spend more": "لماذا يجوز أن تنفق أكثر", "Override the budget": "تجاوز الميزانية", "The budget is overridden:": "الميزانية متجاوَزة:",
	"No results yet. They come with the next sync, or by an import.": "لا نتائج بعد. تأتي مع المزامنة التالية أو بالاستيراد.",
	"Spend of %s day by day, beside its budget":                      "إنفاق %s يومًا بيوم بجانب ميزانيته",
	"No forecast yet.": "لا توقع بعد.", "By the period's end": "عند نهاية الفترة", "8 of 10 cases": "8 حالات من 10", "Budget is spent": "تنفد الميزانية", "To land on the budget, a day": "لبلوغ الميزانية، في اليوم", "Pace": "الوتيرة",
	"This campaign runs nowhere yet.": "هذه الحملة لا تعمل في أي مكان بعد.", "held": "موقوف", "out of reach": "خارج المتناول", "Platform": "المنصة", "Platforms": "المنصات", "At the platform": "في المنصة", "Clicks": "النقرات", "Conversions": "التحويلات", "Impressions": "مرات الظهور", "Day": "اليوم",
	"Conversion rate": "نسبة التحويل", "Cost of a click": "تكلفة النقرة", "Cost of a conversion": "تكلفة التحويل", "Nothing happened in the last 30 days.": "لم يحدث شيء في آخر 30 يومًا.",
	"The campaign is being paused.": "تُوقَف الحملة الآن.", "The campaign runs again.": "تعمل الحملة من جديد.", "The budget is changed.": "تغيرت الميزانية.",
	"The campaign may spend beyond its budget until the period ends.": "يجوز للحملة أن تنفق فوق ميزانيتها حتى نهاية الفترة.",
	"There is no budget.": "لا توجد ميزانية.", "There are too few results.": "النتائج قليلة جدًا.", "The budget's time has no end.": "لا نهاية لوقت الميزانية.", "The period has not begun.": "لم تبدأ الفترة.", "The period is over.": "انتهت الفترة.", "The results are too old.": "النتائج قديمة جدًا.",
}

var arabicPosts = map[string]string{
	"Week of %s": "أسبوع %s", "Earlier": "السابق", "Today": "اليوم", "Later": "التالي", "Month": "شهر", "Week": "أسبوع", "Times are those of %s.": "الأوقات بتوقيت %s.",
	"Drag a post to another day, or open it to set its time.": "اسحب منشورًا إلى يوم آخر، أو افتحه لتحديد وقته.", "There are more posts than are shown here.": "هناك منشورات أكثر مما يظهر هنا.", "No posts in these days.": "لا منشورات في هذه الأيام.",
	"New post": "منشور جديد", "No account that takes posts is connected.": "لا حساب مرتبط يقبل المنشورات.", "Text": "النص", "Link": "الرابط", "Time": "الوقت", "Time; a draft without one": "الوقت؛ ومن دونه مسودة", "Where it goes": "أين يُنشر",
	"Keep the post": "احفظ المنشور", "Make an address for calendar programs": "أنشئ عنوانًا لبرامج التقويم", "Post": "منشور", "Image": "صورة", "Set the time": "حدد الوقت", "Publish now": "انشر الآن", "Cancel the post": "ألغِ المنشور",
	"Content": "المحتوى", "Targets": "الوجهات", "See it there": "شاهده هناك", "Next try": "المحاولة التالية", "Its address there": "عنوانه هناك", "It is there": "هو موجود هناك", "It is not there: try again": "ليس هناك: أعد المحاولة",
	"The post is kept.": "حُفظ المنشور.", "The post has its new time.": "للمنشور وقته الجديد.", "The post is cancelled.": "أُلغي المنشور.", "The post goes out now.": "يُنشر المنشور الآن.", "It is tried again.": "تُعاد المحاولة.", "The post counts as published.": "يُعدّ المنشور منشورًا.", "The address is made.": "أُنشئ العنوان.",
}

var arabicTrouble = map[string]string{
	"Severity": "الخطورة", "Show": "اعرض", "campaigns": "الحملات", "budgets": "الميزانيات", "accounts": "الحسابات", "posts": "المنشورات", "incidents": "الحوادث",
	"Account id, if the sign-in reaches several": "معرّف الحساب إن كان الدخول يصل إلى عدة حسابات", "Connect": "ربط", "Expiry radar": "رادار انتهاء الصلاحية", "No connection ends within 30 days.": "لا ينتهي أي ارتباط خلال 30 يومًا.", "ends": "ينتهي",
	"Reconnect": "أعد الربط", "No account is connected. Connect one above, and its campaigns and results come by themselves.": "لا حساب مرتبط. اربط حسابًا أعلاه فتأتي حملاته ونتائجه تلقائيًا.",
	"Sync now": "زامن الآن", "Account": "الحساب", "Last sync": "آخر مزامنة", "Last syncs": "آخر المزامنات", "Next sync": "المزامنة التالية", "not planned": "غير مقررة", "Data as of": "البيانات حتى", "Failures in a row": "إخفاقات متتالية", "Health": "الصحة",
	"Minutes between syncs": "الدقائق بين المزامنات", "Disconnect": "افصل", "Pause its campaigns at the platform first": "أوقف حملاته في المنصة أولًا", "Succeeded of 7 days' syncs": "نجح من مزامنات 7 أيام", "Of 30 days'": "ومن 30 يومًا", "%s of %d": "%s من %d",
	"Calls to the platform today": "استدعاءات المنصة اليوم", "The grant ends": "تنتهي الصلاحية", "not by itself": "لا تنتهي وحدها", "Failing since": "يخفق منذ", "Throttled until": "مقيّد حتى", "It was not synced yet.": "لم يُزامَن بعد.",
	"%d new, %d changed, %d the same": "%d جديد، %d متغير، %d كما هو", "Began": "بدأ", "Took": "استغرق", "Rows": "الصفوف", "Calls": "الاستدعاءات", "Message": "الرسالة",
	"Connecting has begun.": "بدأ الربط.", "The account is being synced.": "يُزامَن الحساب الآن.", "The account is disconnected.": "فُصل الحساب.", "The account is synced in the new rhythm.": "يُزامَن الحساب بالوتيرة الجديدة.",
	"Nothing here. What you should know comes to this place.": "لا شيء هنا. ما ينبغي أن تعرفه يأتي إلى هذا المكان.", "Mark all as read": "علّم الكل مقروءًا", "Which notices": "أي الإشعارات", "Mark as read": "علّم مقروءًا", "Mark as unread": "علّم غير مقروء", "Archive": "أرشفة", "Back to the inbox": "أعده إلى الوارد",
	"Put off": "تأجيل", "Put off for": "أجّل لمدة", "Put off until": "مؤجل حتى", "Read.": "قُرئ.", "Unread.": "غير مقروء.", "Archived.": "أُرشف.", "Back in the inbox.": "عاد إلى الوارد.", "Put off.": "أُجّل.", "All are read.": "قُرئ الكل.",
	"All": "الكل", "Unread": "غير المقروء", "Archived": "المؤرشف",
	"No incident is open. What goes wrong with an account, a pause or a post shows here.": "لا حادث مفتوح. ما يتعثر من حساب أو إيقاف أو منشور يظهر هنا.", "No incident was resolved yet.": "لم يُحَل أي حادث بعد.",
	"Which incidents": "أي الحوادث", "Open": "المفتوحة", "Resolved": "المحلولة", "The worst first, then by the money that an hour may cost.": "الأسوأ أولًا، ثم بحسب المال الذي قد تكلفه الساعة.",
	"Silences and freezes": "الإسكات والتجميد", "Acknowledge": "تولَّ الأمر", "Resolve": "حُلّ", "Goal": "الهدف", "open since": "مفتوح منذ", "SEV%d": "درجة %d", "no money at risk": "لا مال معرّض للخطر", "an hour at risk": "معرّضة للخطر في الساعة", "(stands still)": "(متوقف)",
	"Look at it": "انظر إليه", "What it is about": "موضوعه", "Money at risk": "المال المعرّض للخطر", "Owner": "المسؤول عنه", "Signals": "الإشارات", "Ticket": "التذكرة", "nobody yet": "لا أحد بعد", "Reopen": "أعد فتحه", "What was done": "ما الذي عُمل", "Comment": "تعليق", "Assign": "أسنِد",
	"Silence": "إسكات", "For how long": "لأي مدة", "Freeze: no automation touches it either": "تجميد: لا تمسه الأتمتة أيضًا", "End it": "أنهِه", "New silence": "إسكات جديد", "Nothing is silenced or frozen.": "لا شيء مُسكَت أو مجمّد.",
	"It is yours now. Its clock runs on until it is resolved.": "هو لك الآن. تستمر ساعته حتى يُحل.", "Your comment is kept.": "حُفظ تعليقك.", "The incident is resolved.": "حُل الحادث.", "The incident is open again.": "فُتح الحادث من جديد.", "The incident has its owner.": "للحادث مسؤوله.", "The silence is in force.": "الإسكات سارٍ.", "The silence is over.": "انتهى الإسكات.",
	"Nothing happened in this time.": "لم يحدث شيء في هذا الوقت.", "From the request to its effects": "من الطلب إلى آثاره", "Request or chain": "الطلب أو السلسلة", "About": "عن", "Look up": "ابحث", "Event": "الحدث", "Step": "الخطوة", "Nothing followed from this, or it is too long ago.": "لم يتبع هذا شيء، أو مضى عليه وقت طويل.",
	"Its data": "بياناته", "Dead letters": "الرسائل الميتة", "Every event was handled.": "عولج كل حدث.", "Listener": "المستمع", "Failed last": "آخر إخفاق", "Tries": "المحاولات", "Redrive": "أعد التسليم", "Redrive all of this listener": "أعد تسليم كل ما لهذا المستمع", "Discard": "استبعد",
	"It is on its way to its listener again.": "هو في طريقه إلى مستمعه من جديد.", "It is put aside.": "استُبعد.", "All of them are on their way to their listener again.": "كلها في طريقها إلى مستمعها من جديد.",
}

var arabicRules = map[string]string{
	"Waiting for an answer": "في انتظار جواب", "Rules": "القواعد", "Rule": "القاعدة", "The rule": "القاعدة نفسها", "What rules did, or would have done": "ما فعلته القواعد أو كانت ستفعله", "New rule": "قاعدة جديدة", "Begin with": "ابدأ بـ", "Currency": "العملة", "ROAS to reach": "عائد الإنفاق المطلوب", "Cost of a conversion to reach": "تكلفة التحويل المطلوبة", "Let it watch": "دعها تراقب",
	"No rules yet. A new rule begins in shadow: it records what it would have done, and does nothing.": "لا قواعد بعد. تبدأ القاعدة الجديدة في الظل: تسجل ما كانت ستفعله ولا تفعل شيئًا.",
	"only tells now": "تُخبر فقط الآن", "Mode": "الوضع", "Then": "عندئذ", "campaigns: %d": "الحملات: %d", "Approve": "وافق", "Decline": "ارفض", "No rule asks for anything.": "لا قاعدة تطلب شيئًا.", "Approvals": "الموافقات",
	"No rule found anything to do yet.": "لم تجد أي قاعدة ما تفعله بعد.", "Undo": "تراجع", "Nothing to recommend at the moment.": "لا توصية في هذه اللحظة.", "The numbers": "الأرقام", "Will do": "سنفعل", "Dismiss": "تجاهل",
	"Remove the rule": "أزل القاعدة", "Days in a row": "أيام متتالية", "At most a day and campaign": "الحد الأقصى لليوم والحملة", "Last changed": "آخر تغيير", "What it would have done": "ما كانت ستفعله", "In these days it would have done nothing.": "في هذه الأيام ما كانت لتفعل شيئًا.",
	"Spend avoided": "إنفاق متجنَّب", "Conversions forgone": "تحويلات مفقودة", "Revenue forgone": "إيرادات مفقودة", "Campaign": "الحملة", "Days": "الأيام", "Switch on": "شغّلها", "Switch off": "عطّلها",
	"No rule has looked at this campaign in the last 90 days.": "لم تنظر أي قاعدة في هذه الحملة خلال آخر 90 يومًا.", "Why, and why not: %s": "لماذا، ولماذا لا: %s", "Back to the campaign": "عودة إلى الحملة", "Results as of": "النتائج حتى", "What led to this": "ما أدى إلى هذا",
	"What was compared": "ما الذي قورن", "Was": "كان", "Had to be": "كان ينبغي", "Holds": "متحقق", "The gates": "البوابات",
	"The rule watches. It does nothing until you let it.": "القاعدة تراقب. لا تفعل شيئًا حتى تسمح لها.", "The rule is changed.": "تغيرت القاعدة.", "The rule is gone. What it paused stays paused until a person resumes it.": "زالت القاعدة. ما أوقفته يبقى موقوفًا حتى يستأنفه شخص.",
	"Approved.": "تمت الموافقة.", "Declined.": "رُفض.", "Undone. The rule leaves this campaign alone for a day.": "تم التراجع. تترك القاعدة هذه الحملة يومًا.", "Noted: somebody means to do it.": "سُجّل: هناك من ينوي فعله.", "It is not brought up again this week.": "لن يُطرح ثانيةً هذا الأسبوع.", "Noted as done.": "سُجّل أنه تم.",
}

var arabicSettings = map[string]string{
	"Look": "المظهر", "You": "أنت", "Organisation": "المؤسسة", "Members and roles": "الأعضاء والأدوار", "API keys": "مفاتيح واجهة البرمجة", "Channels": "القنوات", "Business hours": "ساعات العمل", "Time zone": "المنطقة الزمنية", "Language of letters": "لغة الرسائل", "Quiet from": "هدوء من",
	"Your addresses": "عناوينك", "Address": "العنوان", "Send a test": "أرسل تجربة", "Accept an invitation": "اقبل دعوة", "Accept": "اقبل", "Its code": "رمزها", "Act in": "اعمل في", "Thresholds in percent": "العتبات بالمئة", "Pause campaigns at 100 %": "أوقف الحملات عند 100 %",
	"Role": "الدور", "Invite": "ادعُ", "Invitations": "الدعوات", "Good until": "صالح حتى", "Revoke": "إلغاء", "No keys. A key lets a program use the API.": "لا مفاتيح. المفتاح يتيح لبرنامج استعمال واجهة البرمجة.", "Key": "المفتاح", "Name of the key": "اسم المفتاح", "Make a key": "أنشئ مفتاحًا",
	"No channels. Slack, Teams and your own programs can be told as well.": "لا قنوات. يمكن إخبار Slack وTeams وبرامجك أيضًا.", "Name of the channel": "اسم القناة", "Its address": "عنوانها", "Add the channel": "أضف القناة", "Hours": "الساعات",
	"The organisation is changed.": "تغيرت المؤسسة.", "You act in the other organisation now.": "تعمل الآن في المؤسسة الأخرى.", "The business hours are kept.": "حُفظت ساعات العمل.", "The member has the new role.": "للعضو دوره الجديد.", "The member is out within a minute.": "يخرج العضو خلال دقيقة.", "The invitation is made.": "أُنشئت الدعوة.", "The invitation is good no more.": "لم تعد الدعوة صالحة.", "You are a member now.": "أنت عضو الآن.",
	"The key is made.": "أُنشئ المفتاح.", "The key is good no more.": "لم يعد المفتاح صالحًا.", "The channel is kept.": "حُفظت القناة.", "A test is on its way.": "التجربة في الطريق.", "The channel is removed.": "أُزيلت القناة.", "The address is kept. It has to be confirmed before anything goes there.": "حُفظ العنوان. يجب تأكيده قبل أن يُرسل إليه شيء.", "The address is removed.": "أُزيل العنوان.", "Your preferences are kept.": "حُفظت تفضيلاتك.",
	"E-mail": "البريد", "SMS": "رسالة نصية", "Slack": "Slack", "Teams": "Teams", "Webhook": "Webhook",
}

var arabicValues = map[string]string{
	"owner": "مالك", "admin": "مسؤول", "manager": "مدير", "analyst": "محلل", "viewer": "مطّلع",
	"draft": "مسودة", "active": "نشطة", "paused": "متوقفة مؤقتًا", "archived": "مؤرشفة", "pending": "معلّق", "completed": "مكتمل", "deleted": "محذوف", "error": "خطأ", "unknown": "غير معروف",
	"for its whole run": "لكامل مدتها", "each month": "كل شهر", "each day": "كل يوم", "by a person": "بيد شخص", "its budget is spent": "نفدت ميزانيتها", "its account is disconnected": "حسابها مفصول",
	"awareness": "الوعي", "traffic": "الزيارات", "engagement": "التفاعل", "leads": "العملاء المحتملون", "sales": "المبيعات", "app": "التطبيق", "video": "الفيديو", "other": "أخرى",
	"behind": "متأخرة", "on pace": "على الوتيرة", "ahead": "متقدمة", "low": "منخفضة", "medium": "متوسطة", "high": "عالية", "critical": "حرجة",
	"scheduled": "مجدول", "publishing": "قيد النشر", "published": "منشور", "retrying": "تُعاد محاولته", "failed": "فشل", "unconfirmed": "غير مؤكد", "cancelled": "ملغى", "partially published": "منشور جزئيًا",
	"triggered": "لم يتولَّه أحد", "acknowledged": "قيد المعالجة", "resolved": "محلول", "parked": "مركونة", "dead": "ميتة", "waiting": "تنتظر", "redriven": "أُعيد تسليمها", "discarded": "مستبعدة",
	"Tell": "أخبر", "Change the budget by": "غيّر الميزانية بنسبة", "shadow": "ظل", "tells": "تُخبر", "asks": "تسأل", "acts": "تتصرف", "too many errors": "أخطاء كثيرة", "flapping": "تذبذب",
	"told": "أُخبر", "proposed": "مقترح", "declined": "مرفوض", "lapsed": "انقضى", "done": "تم", "undone": "تُراجع عنه", "shadowed": "في الظل", "blocked": "مُنع", "not met": "غير متحقق", "insufficient data": "بيانات غير كافية", "passes": "يمر",
	"Few who see the ads click": "قليل ممن يرون الإعلانات ينقرون", "Clicks have become dear": "صارت النقرات غالية", "Few who click buy": "قليل ممن ينقرون يشترون", "People are tired of the ads": "ملّ الناس الإعلانات", "Budget will be left over": "سيبقى من الميزانية", "The budget will be spent early": "ستنفد الميزانية مبكرًا", "Another placement would use the budget better": "موضع آخر يستفيد من الميزانية أكثر",
	"low confidence": "ثقة منخفضة", "medium confidence": "ثقة متوسطة", "high confidence": "ثقة عالية",
	"connected": "مرتبط", "needs reconnect": "يحتاج إعادة ربط", "disconnecting": "يُفصل", "disconnected": "مفصول", "stale": "قديم", "off": "معطّلة", "disabled": "معطّلة", "confirmed": "مؤكد", "breached": "تجاوز الوقت", "met": "في الوقت",
	"disconnected by a person": "فصله شخص", "the grant has expired": "انتهت الصلاحية", "the grant was taken back": "سُحبت الصلاحية", "a permission is missing": "ينقصه إذن", "the platform suspended the account": "علّقت المنصة الحساب",
	"monday": "الاثنين", "tuesday": "الثلاثاء", "wednesday": "الأربعاء", "thursday": "الخميس", "friday": "الجمعة", "saturday": "السبت", "sunday": "الأحد", "by hand": "يدويًا", "gone": "زال", "failing": "يخفق", "silence": "إسكات", "freeze": "تجميد",
	"the mode": "الوضع", "no freeze": "لا تجميد", "fresh results": "نتائج حديثة", "enough data": "بيانات كافية", "mature conversions": "تحويلات مكتملة", "no learning phase": "لا مرحلة تعلّم", "the cooldown": "فترة التهدئة", "the daily cap": "الحد اليومي", "nothing on its way": "لا شيء في الطريق", "no stronger rule": "لا قاعدة أقوى", "the step limit": "حد الخطوة", "the breaker": "القاطع",
	"rule off": "القاعدة معطّلة", "frozen": "مجمّد", "stale data": "بيانات قديمة", "tells only": "تُخبر فقط", "condition not met": "الشرط غير متحقق", "learning": "في التعلّم", "cooling down": "في التهدئة", "daily cap": "الحد اليومي بلغ", "org daily cap": "حد المؤسسة اليومي", "proposal open": "اقتراح مفتوح", "change on its way": "تغيير في الطريق", "person decided": "قرر شخص",
	"already paused": "موقوفة سلفًا", "no rule paused it": "لم توقفها قاعدة", "another rule beats it": "قاعدة أخرى تسبقها", "not running": "لا تعمل", "step limit": "حد الخطوة بلغ", "too many failures": "إخفاقات كثيرة",
	"too few days": "أيام قليلة", "too few impressions": "مرات ظهور قليلة", "too few clicks": "نقرات قليلة", "too few conversions": "تحويلات قليلة", "too little spend": "إنفاق قليل", "conversions not mature": "تحويلات لم تكتمل", "undefined": "غير معرّف", "no target": "لا هدف", "yes": "نعم", "no": "لا", "not known": "غير معروف بعد",
	"%s, expected": "%s، المتوقع", "%s, before": "%s، من قبل", "%s, foreseen": "%s، المنتظر", "%s, moved": "%s، المنقول", "%s, from where it is taken": "%s، حيث يؤخذ", "%s, where it goes": "%s، حيث يذهب",
	"Part of the period that is over": "ما مضى من الفترة", "succeeded": "نجحت",
	"clicks gained": "نقرات مكتسبة", "conversions gained": "تحويلات مكتسبة", "revenue gained": "إيرادات مكتسبة", "spend saved": "إنفاق موفَّر", "overspend avoided": "تجاوز متجنَّب", "budget used": "ميزانية مستعملة",
	"partial": "جزئي", "transient": "عارض", "rate limited": "معدل مقيّد", "quota": "الحصة نفدت", "auth expired": "انتهى الإذن", "auth revoked": "سُحب الإذن", "auth scope": "إذن ناقص", "invalid request": "طلب غير صالح", "not found": "غير موجود", "api version sunset": "نسخة واجهة متقادمة", "account suspended": "حساب معلّق",
}

var arabicEvents = map[string]string{
	"Campaign created": "أُنشئت حملة", "Campaign metrics updated": "تحدّثت نتائج حملة", "Budget threshold reached": "بُلغت عتبة ميزانية", "Post scheduled": "جُدول منشور", "Post published": "نُشر منشور", "Post failed": "فشل منشور", "Integration connected": "رُبط حساب", "Integration disconnected": "فُصل حساب", "Integration sync completed": "اكتملت مزامنة", "Integration sync failed": "فشلت مزامنة",
	"Campaign status changed": "تغيرت حالة حملة", "Campaign updated": "تغيرت حملة", "Campaign status drifted": "انحرفت حالة حملة", "Campaign status confirmed": "تأكدت حالة حملة", "Campaign status refused": "رُفضت حالة حملة", "Campaign budget refused": "رُفضت ميزانية حملة", "Integration recovered": "تعافى حساب", "Integration token expiring": "توشك صلاحية على الانتهاء", "Metrics stale": "نتائج قديمة",
	"Post at risk": "منشور معرّض للخطر", "Post cancelled": "أُلغي منشور", "Post failure resolved": "حُل فشل منشور", "Incident opened": "فُتح حادث", "Incident changed": "تغير حادث", "Incident resolved": "حُل حادث", "Not acknowledged in time": "لم يتولَّه أحد في الوقت", "SLA at risk": "الوقت المتفق عليه في خطر", "SLA breached": "تُجووز الوقت المتفق عليه",
	"Budget forecast reached": "بلغ التوقع الميزانية", "Budget landing reached": "بُلغ حد الهبوط", "Rule matched": "انطبقت قاعدة", "Action proposed": "اقتُرح إجراء", "Action taken": "اتُّخذ إجراء", "Action undone": "تُراجع عن إجراء", "Rule tripped": "توقفت قاعدة عن التصرف", "Rule restored": "عادت قاعدة إلى التصرف", "Recommendation created": "توصية جديدة",
}
