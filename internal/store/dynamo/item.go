package dynamo

import (
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"bellwether/internal/fault"
	"bellwether/internal/store"
)

// The table's attributes. template.yaml names the keys, the index keys and expiresAt too.
const (
	attrPK        = "PK"
	attrSK        = "SK"
	attrIndexPK   = "IPK"
	attrIndexSK   = "ISK"
	attrVersion   = "version"
	attrAsOf      = "asOf"
	attrExpiresAt = "expiresAt" // epoch seconds, the table's TTL attribute
	attrDoc       = "doc"
	attrEvents    = "events" // absent when there are none: the stream's filter looks for it
)

type attributes = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func keyAttributes(k store.Key) attributes {
	return attributes{attrPK: text(k.PK), attrSK: text(k.SK)}
}

// encode leaves out what is empty: that is how the index stays sparse and items small.
func encode(i store.Item) attributes {
	a := keyAttributes(i.Key)
	for name, s := range map[string]string{attrIndexPK: i.Index.PK, attrIndexSK: i.Index.SK, attrDoc: i.Doc, attrEvents: i.Events} {
		if s != "" {
			a[name] = text(s)
		}
	}
	var expires int64
	if !i.ExpiresAt.IsZero() {
		expires = i.ExpiresAt.Unix()
	}
	for name, n := range map[string]int64{attrVersion: i.Version, attrAsOf: i.AsOf, attrExpiresAt: expires} {
		if n != 0 {
			a[name] = number(n)
		}
	}
	return a
}

// decode reads an item, or the part of one that an index or a projection holds.
func decode(a attributes) (store.Item, error) {
	var i store.Item
	r := attributeReader{from: a}
	i.Key = store.Key{PK: r.text(attrPK), SK: r.text(attrSK)}
	i.Index = store.Key{PK: r.text(attrIndexPK), SK: r.text(attrIndexSK)}
	i.Doc, i.Events = r.text(attrDoc), r.text(attrEvents)
	i.Version, i.AsOf = r.number(attrVersion), r.number(attrAsOf)
	if expires := r.number(attrExpiresAt); expires != 0 {
		i.ExpiresAt = time.Unix(expires, 0).UTC()
	}
	if r.err != nil {
		return store.Item{}, fault.Wrap(r.err, fault.Permanent, "item_unreadable", "an item in the table is not one of ours")
	}
	return i, nil
}

// attributeReader keeps the first error, so that decode reads like a list.
type attributeReader struct {
	from attributes
	err  error
}

func (r *attributeReader) text(name string) string {
	switch v := r.from[name].(type) {
	case nil:
	case *types.AttributeValueMemberS:
		return v.Value
	default:
		r.fail(fmt.Errorf("%s is a %T, want a text", name, v))
	}
	return ""
}

func (r *attributeReader) number(name string) int64 {
	switch v := r.from[name].(type) {
	case nil:
	case *types.AttributeValueMemberN:
		n, err := strconv.ParseInt(v.Value, 10, 64)
		if err != nil {
			r.fail(fmt.Errorf("%s: %w", name, err))
		}
		return n
	default:
		r.fail(fmt.Errorf("%s is a %T, want a number", name, v))
	}
	return 0
}

func (r *attributeReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}
