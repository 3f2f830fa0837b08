package notification

// wording is one text in every language that people are told in. The languages stand side by side, so
// that whoever changes one sees the other.
type wording struct{ en, ar string }

// wordings are all texts, by what they are about. Those that begin with a name in English begin with the
// verb in Arabic: that is its natural order, and keeps what is said when an SMS is cut.
var wordings = []map[string]wording{accountTexts, syncTexts, budgetTexts, campaignTexts, postTexts, incidentTexts, automationTexts, recommendationTexts, words}

func find(key string) (wording, bool) {
	for _, table := range wordings {
		if w, ok := table[key]; ok {
			return w, true
		}
	}
	return wording{}, false
}

func has(key string) bool {
	_, ok := find(key)
	return ok
}

func template(key string, lang Language) (string, bool) {
	w, ok := find(key)
	if lang.spoken() == Arabic {
		return w.ar, ok
	}
	return w.en, ok
}
