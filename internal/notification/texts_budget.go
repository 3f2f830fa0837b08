package notification

var budgetTexts = map[string]wording{
	"budget.title": {"{name} has used {percent} of its budget", "استُهلك {percent} من ميزانية {name}"},
	"budget.spent": {
		"{spend} of {budget} is spent, as of {at}.",
		"أُنفق {spend} من أصل {budget}، حتى {at}.",
	},
	"budget.spent.day": {
		"{spend} of {budget} is spent for {day}, as of {at}.",
		"أُنفق {spend} من أصل {budget} عن يوم {day}، حتى {at}.",
	},
	"budget.spent.month": {
		"{spend} of {budget} is spent for {month}, as of {at}.",
		"أُنفق {spend} من أصل {budget} عن شهر {month}، حتى {at}.",
	},
	"budget.over": {"That is {over} over.", "وهذا تجاوز بمقدار {over}."},
	"budget.also": {"It passed {percents} at the same time.", "وتجاوز في الوقت نفسه: {percents}."},
	"budget.late": {
		"The period is over already: these results came late, and nothing is paused for them.",
		"انتهت الفترة بالفعل: وصلت هذه النتائج متأخرة، ولن يوقَف شيء بسببها.",
	},
	"budget.stale": {
		"The results are too old to act on: nothing is paused for them.",
		"النتائج أقدم من أن يُتخذ إجراء على أساسها: لن يوقَف شيء بسببها.",
	},
	"budget.sms": {
		"Bellwether: {percent} of budget used ({spend} of {budget}): {name}",
		"أنفق {percent} من الميزانية ({spend} من {budget}): {name}",
	},
}
