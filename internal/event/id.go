package event

import (
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"io"
	"strings"
	"time"
)

// namespace is the UUID (RFC 9562, version 4, drawn once) under which Bellwether derives ids.
var namespace = [16]byte{0x6b, 0x1d, 0x0e, 0x52, 0x93, 0x5c, 0x4a, 0x7f, 0x8e, 0x21, 0x5d, 0xc4, 0x0a, 0x77, 0x3b, 0x90}

// Derive is the version 5 UUID of the given parts: the same cause, step and recipient
// always name the same effect, so a redelivered event finds its own work done.
func Derive(parts ...string) string {
	h := sha1.New()
	h.Write(namespace[:])
	// A length before each part keeps ("ab","c") apart from ("a","bc").
	for _, p := range parts {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(p)))
		h.Write(n[:])
		io.WriteString(h, p)
	}
	var u [16]byte
	copy(u[:], h.Sum(nil))
	return format(u, 5)
}

// NewID is a version 7 UUID: time-ordered by its first 48 bits (Unix milliseconds),
// the rest read from random. It is for ids at the edge, where there is no cause to derive from.
func NewID(now time.Time, random io.Reader) (string, error) {
	var u [16]byte
	if _, err := io.ReadFull(random, u[6:]); err != nil {
		return "", err
	}
	ms := uint64(now.UnixMilli())
	binary.BigEndian.PutUint16(u[0:], uint16(ms>>32))
	binary.BigEndian.PutUint32(u[2:], uint32(ms))
	return format(u, 7), nil
}

// TimeOf is the time inside a version 7 UUID, to the millisecond.
func TimeOf(id string) (time.Time, bool) {
	raw, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err != nil || len(raw) != 16 || raw[6]>>4 != 7 {
		return time.Time{}, false
	}
	ms := int64(binary.BigEndian.Uint16(raw[0:]))<<32 | int64(binary.BigEndian.Uint32(raw[2:]))
	return time.UnixMilli(ms).UTC(), true
}

// IsID reports whether s is a UUID in its canonical lower-case form.
func IsID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range []byte(s) {
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

func format(u [16]byte, version byte) string {
	u[6] = u[6]&0x0f | version<<4
	u[8] = u[8]&0x3f | 0x80
	var b [36]byte
	hex.Encode(b[0:8], u[0:4])
	hex.Encode(b[9:13], u[4:6])
	hex.Encode(b[14:18], u[6:8])
	hex.Encode(b[19:23], u[8:10])
	hex.Encode(b[24:], u[10:])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}
