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
	"forecast.title": {"{name} will spend {percent} of its budget or more", "ستنفق {name} {percent} من ميزانيتها أو أكثر"},
	"forecast.line": {
		"By the end of its period it will have spent about {forecast}, probably between {low} and {high}, of {budget}. So far it is {spend}, as of {at}.",
		"بنهاية فترتها ستكون قد أنفقت نحو {forecast}، على الأرجح بين {low} و{high}، من أصل {budget}. حتى الآن {spend}، حتى {at}.",
	},
	"landing.title":     {"{name} pauses to land on its budget", "تتوقف {name} لتنتهي عند ميزانيتها"},
	"landing.line":      {"{spend} of {budget} is spent, as of {at}, and about {burn} an hour: what is on its way spends the rest.", "أُنفق {spend} من أصل {budget} حتى {at}، ونحو {burn} في الساعة: ما هو في الطريق سينفق الباقي."},
	"landing.advice":    {"Resume it to let it run to 100 %, or raise the budget.", "استأنفها لتعمل حتى 100 %، أو زد الميزانية."},
	"forecast.exhausts": {"The budget will be spent on {when}.", "ستنفد الميزانية في {when}."},
	"budget.over":       {"That is {over} over.", "وهذا تجاوز بمقدار {over}."},
	"budget.also":       {"It passed {percents} at the same time.", "وتجاوز في الوقت نفسه: {percents}."},
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
