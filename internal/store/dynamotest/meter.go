package dynamotest

import (
	"maps"
	"reflect"
)

// Counts is what calls were made and what they are charged for, by DynamoDB's rules.
type Counts struct {
	Calls      map[string]int // by action, resends included
	WriteUnits int
	ReadUnits  float64
}

// Counts is what was counted so far, or since Reset.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.counts
	c.Calls = maps.Clone(c.Calls)
	return c
}

// Reset counts anew.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts = Counts{Calls: map[string]int{}}
}

// wrote charges a write: each begun KB of the larger image, times the factor (2 in transactions),
// done or not; and, when done, an index entry that comes, and one that goes.
func (c *Counts) wrote(p part, done bool, factor int) {
	written := p.old
	if done && p.Item.size() > p.old.size() {
		written = p.Item
	}
	c.WriteUnits += factor * units(written.size(), 1024)
	if !done || p.check {
		return
	}
	before, after := p.old.only(indexNames), p.Item.only(indexNames)
	if reflect.DeepEqual(before, after) {
		return
	}
	for _, entry := range []item{before, after} {
		if _, listed := entry["IPK"]; listed {
			c.WriteUnits += units(entry.size(), 1024)
		}
	}
}

// read charges each begun 4 KB: one unit where the read is consistent, else a half.
func (c *Counts) read(size int, consistent bool) {
	n := float64(units(size, 4096))
	if !consistent {
		n /= 2
	}
	c.ReadUnits += n
}

func units(size, unit int) int { return max(1, (size+unit-1)/unit) }

// size is the item's size: names, texts, and numbers at a byte for two digits and one more.
func (a item) size() (n int) {
	for name, v := range a {
		n += len(name)
		if v.S != nil {
			n += len(*v.S)
		} else if v.N != nil {
			n += (len(*v.N)+1)/2 + 1
		}
	}
	return n
}
