package bluesky

import (
	"crypto/sha256"
	"encoding/binary"

	"bellwether/internal/platform"
)

// digits are those of the keys of records: base 32, in the order of ASCII, so that keys sort by time.
const digits = "234567abcdefghijklmnopqrstuvwxyz"

// recordKey is the key of a publication's record: the same one for every attempt, and another one for another
// publication. It has the form that the protocol wants, 53 bits of microseconds and 10 bits of the clock's name.
// Below the millisecond, which is all that a stored time can be trusted to keep, both are taken from the
// publication's key.
func recordKey(p platform.Publication) string {
	sum := sha256.Sum256([]byte(p.Key))
	name := binary.BigEndian.Uint64(sum[:])
	micros := uint64(p.Began.UnixMilli())*1000 + name%1000
	n := micros<<10 | name/1000%1024
	var key [13]byte
	for i := range key {
		key[len(key)-1-i] = digits[n%32]
		n /= 32
	}
	return string(key[:])
}
