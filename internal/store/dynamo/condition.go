package dynamo

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"bellwether/internal/store"
)

// An expired item counts as absent: DynamoDB may keep it for days before it removes it.
const (
	isAbsent  = "attribute_not_exists(PK) OR expiresAt <= :now"
	isPresent = "(attribute_not_exists(expiresAt) OR expiresAt > :now)"
)

// condition is op's condition as an expression, nil when it has none. It says what op.Holds says;
// a number that is 0 is not stored, so it can't be compared with. Where it fails, the answer is to
// tell what is stored.
func condition(op store.Op, now time.Time) (expression *string, values attributes, onFailure types.ReturnValuesOnConditionCheckFailure) {
	var e string
	values = attributes{":now": number(now.Unix())}
	op.If.Match(
		func() {},
		func() { e = isAbsent },
		func(version int64) {
			e = "version = :version"
			if version == 0 {
				e = "attribute_not_exists(version)"
			} else {
				values[":version"] = number(version)
			}
			if op.Kind == store.OpDelete {
				e = isAbsent + " OR " + e
			} else {
				e = "attribute_exists(PK) AND " + e + " AND " + isPresent
			}
		},
		func() {
			e = isAbsent + " OR asOf < :asOf"
			if op.Item.AsOf > 0 {
				e += " OR attribute_not_exists(asOf)"
			}
			values[":asOf"] = number(op.Item.AsOf)
		},
	)
	if e == "" {
		return nil, nil, ""
	}
	return &e, values, types.ReturnValuesOnConditionCheckFailureAllOld
}
