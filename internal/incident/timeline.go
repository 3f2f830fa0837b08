package incident

const (
	maxTimeline = 200     // lines
	maxWeight   = 100_000 // bytes of them all, as the document holds them
)

// trim keeps a story within bounds, which an item has: of the lines that change no state the oldest go.
// Those that change one stay, since the clocks are read from them, but for repeated acknowledgements and
// their time-outs, of which no clock knows.
func trim(all []Entry) []Entry {
	for len(all) > maxTimeline || weigh(all) > maxWeight {
		n := expendable(all)
		if n < 0 {
			return all
		}
		all = append(all[:n:n], all[n+1:]...)
	}
	return all
}

// expendable is the index of the line to go next, -1 for none. The last line, which is the news, stays.
func expendable(all []Entry) int {
	idle, acknowledged, open := -1, false, false
	for n, e := range all[:len(all)-1] {
		switch e.State {
		case "":
			return n
		case Resolved:
			acknowledged, open = false, false
			continue
		case Triggered:
			if !open {
				open = true
				continue
			}
		case Acknowledged:
			if !acknowledged {
				acknowledged = true
				continue
			}
		}
		if idle < 0 {
			idle = n
		}
	}
	return idle
}

func weigh(all []Entry) (sum int) {
	for _, e := range all {
		sum += len(e.Actor) + 80 // names of fields, the time, the state
		for _, b := range []byte(e.Text) {
			sum++
			if b < ' ' || b == '<' || b == '>' || b == '&' || b == '"' || b == '\\' {
				sum += 5 // written as \u003c
			}
		}
	}
	return sum
}
