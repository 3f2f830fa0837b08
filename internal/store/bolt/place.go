package bolt

import (
	"strings"

	"bellwether/internal/store"
)

// A place is a list of texts as a key of the file, in the order of the texts: each ends with
// {0, 1}, and a zero byte inside one becomes {0, 2}. So "a" comes before "a\x00", whatever
// follows either, and a place is valid UTF-8 when its texts are.
const (
	textEnd   = "\x00\x01"
	zeroByte  = "\x00\x02"
	afterText = "\x00\x02" // above every place that goes on behind textEnd
)

func escape(text string) string {
	if strings.IndexByte(text, 0) < 0 {
		return text
	}
	return strings.ReplaceAll(text, "\x00", zeroByte)
}

func place(texts ...string) []byte {
	var b []byte
	for _, text := range texts {
		b = append(b, escape(text)...)
		b = append(b, textEnd...)
	}
	return b
}

func itemPlace(k store.Key) []byte { return place(k.PK, k.SK) }

func indexPlace(i store.Item) []byte { return place(i.Index.PK, i.Index.SK, i.PK, i.SK) }

// bounds are the lowest place of the query's range and the lowest one above it.
func bounds(q store.Query) (low, high []byte) {
	low = append(place(q.Partition), escape(q.From)...)
	high = append([]byte(escape(q.Partition)), afterText...)
	if q.To != "" {
		high = append(place(q.Partition), escape(q.To)...)
	}
	if q.After != "" && q.Descending {
		high = []byte(q.After)
	} else if q.After != "" {
		low = append([]byte(q.After), 0)
	}
	return low, high
}
