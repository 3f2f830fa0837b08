package bolt

import (
	"encoding/binary"
	"errors"
	"time"

	"bellwether/internal/store"
)

var errDamaged = errors.New("the file is damaged: a value ends early")

// encode writes an item's fields one after another, each text behind its length.
func encode(i store.Item) []byte {
	b := make([]byte, 0, i.Size())
	for _, text := range []string{i.PK, i.SK, i.Index.PK, i.Index.SK, i.Doc, i.Events} {
		b = appendText(b, text)
	}
	var expires int64
	if !i.ExpiresAt.IsZero() {
		expires = i.ExpiresAt.Unix()
	}
	for _, n := range []int64{i.Version, i.AsOf, expires} {
		b = binary.AppendVarint(b, n)
	}
	return b
}

func appendText[T string | []byte](b []byte, text T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

func decode(b []byte) (i store.Item, err error) {
	r := reader{rest: b}
	for _, text := range []*string{&i.PK, &i.SK, &i.Index.PK, &i.Index.SK, &i.Doc, &i.Events} {
		*text = string(r.text())
	}
	var expires int64
	for _, n := range []*int64{&i.Version, &i.AsOf, &expires} {
		*n = r.number()
	}
	if expires != 0 {
		i.ExpiresAt = time.Unix(expires, 0).UTC()
	}
	return i, r.err
}

// reader takes values off the front of rest. After an error it gives zero values.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) text() []byte {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 || n > uint64(len(r.rest)-size) {
		r.fail()
		return nil
	}
	text := r.rest[size : size+int(n)]
	r.rest = r.rest[size+int(n):]
	return text
}

func (r *reader) number() int64 {
	n, size := binary.Varint(r.rest)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *reader) fail() { r.rest, r.err = nil, errDamaged }
