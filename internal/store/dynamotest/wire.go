package dynamotest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/store"
)

// value is an attribute's value: a text or a number in decimal.
type value struct {
	S *string `json:",omitempty"`
	N *string `json:",omitempty"`
}

// order compares two values of one type.
func (v value) order(o value) (int, error) {
	if v.S != nil {
		return strings.Compare(*v.S, *o.S), nil
	}
	left, err := strconv.ParseInt(*v.N, 10, 64)
	if err != nil {
		return 0, err
	}
	right, err := strconv.ParseInt(*o.N, 10, 64)
	return cmp.Compare(left, right), err
}

// item is an item's attributes by name.
type item map[string]value

func text(s string) value { return value{S: &s} }

func number(n int64) value {
	s := strconv.FormatInt(n, 10)
	return value{N: &s}
}

var (
	keyNames   = []string{"PK", "SK"}
	indexNames = []string{"PK", "SK", "IPK", "ISK"}
)

// wire is an item of the table as DynamoDB shows it; nil stays nil.
func wire(i *store.Item) item {
	if i == nil {
		return nil
	}
	a := item{"PK": text(i.PK), "SK": text(i.SK)}
	for name, s := range map[string]string{"IPK": i.Index.PK, "ISK": i.Index.SK, "doc": i.Doc, "events": i.Events} {
		if s != "" {
			a[name] = text(s)
		}
	}
	for name, n := range map[string]int64{"version": i.Version, "asOf": i.AsOf} {
		if n != 0 {
			a[name] = number(n)
		}
	}
	if !i.ExpiresAt.IsZero() {
		a["expiresAt"] = number(i.ExpiresAt.Unix())
	}
	return a
}

// parse is the other way round. The table holds no attribute that it does not know.
func (a item) parse() (i store.Item, err error) {
	var expires int64
	texts := map[string]*string{"PK": &i.PK, "SK": &i.SK, "IPK": &i.Index.PK, "ISK": &i.Index.SK, "doc": &i.Doc, "events": &i.Events}
	numbers := map[string]*int64{"version": &i.Version, "asOf": &i.AsOf, "expiresAt": &expires}
	for name, v := range a {
		switch {
		case texts[name] != nil && v.S != nil:
			*texts[name] = *v.S
			if *v.S == "" && slices.Contains(indexNames, name) {
				return i, invalid("the key attribute %s is empty", name)
			}
		case numbers[name] != nil && v.N != nil:
			if *numbers[name], err = strconv.ParseInt(*v.N, 10, 64); err != nil {
				return i, invalid("%s is no number: %v", name, err)
			}
		default:
			return i, invalid("the attribute %s is not known here or has another type", name)
		}
	}
	if i.PK == "" || i.SK == "" {
		return i, invalid("a key attribute is missing")
	}
	if expires != 0 {
		i.ExpiresAt = time.Unix(expires, 0).UTC()
	}
	return i, nil
}

// only keeps the named attributes.
func (a item) only(names []string) item {
	kept := item{}
	for _, name := range names {
		if v, ok := a[name]; ok {
			kept[name] = v
		}
	}
	return kept
}
