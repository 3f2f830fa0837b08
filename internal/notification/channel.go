package notification

import "time"

// ChannelDisabledMessage tells that nothing is sent to a channel any more. reason is one of "failing",
// "gone" and "by_hand".
func ChannelDisabledMessage(name, reason string) Message {
	m := Message{
		Category: accountCategory, Severity: High, Title: say("channel.disabled", Args{"name": plain(name)}),
		Lines: []Text{say(known("channel.disabled."+reason, "channel.disabled.failing"), nil), say("channel.disabled.advice", nil)},
	}
	m.SMS = titled(m.Title)
	return m
}

// ChannelTestMessage is sent to a channel that somebody wants to try.
func ChannelTestMessage(name string) Message {
	return Message{
		Category: accountCategory, Severity: Low, Title: say("channel.test", Args{"name": plain(name)}),
		Lines: []Text{say("channel.test.how", nil)},
	}
}

// DigestTitle is the title of several notices in one.
func DigestTitle(n int, since time.Time) Text {
	return say("digest", Args{"n": count(n), "at": moment(since)})
}

// FoldLine is the line that stands for n notices which are told by their titles only.
func FoldLine(n int, titles []Text) Text {
	list := make([]Arg, len(titles))
	for i := range titles {
		list[i] = Arg{Text: &titles[i]}
	}
	return say("fold", Args{"n": count(n), "titles": sentences(list)})
}

// MeanwhileText says of something that was to be told that it is over.
func MeanwhileText(title Text) Text { return say("meanwhile", Args{"title": {Text: &title}}) }

// Said is somebody's own words, the same in every language.
func Said(words string) Text { return say("plain", Args{"text": plain(words)}) }

// Vocabulary is a set of codes that have words.
type Vocabulary string

const (
	Severities       Vocabulary = "severity"
	IncidentStates   Vocabulary = "state"
	CampaignStatuses Vocabulary = "campaign.status"
	PostStatuses     Vocabulary = "post.status"
	PauseReasons     Vocabulary = "pause"
)

// Word is a code in words; the code itself where there are none.
func Word(of Vocabulary, code string) Text {
	if key := string(of) + "." + code; has(key) {
		return say(key, nil)
	}
	return Said(code)
}
