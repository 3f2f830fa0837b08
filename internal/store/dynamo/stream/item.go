package stream

import (
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"bellwether/internal/store"
)

// item is an image as the store's item; nil where there is none.
func item(image map[string]types.AttributeValue) *store.Item {
	if len(image) == 0 {
		return nil
	}
	text := func(name string) string {
		if v, ok := image[name].(*types.AttributeValueMemberS); ok {
			return v.Value
		}
		return ""
	}
	number := func(name string) int64 {
		v, ok := image[name].(*types.AttributeValueMemberN)
		if !ok {
			return 0
		}
		n, err := strconv.ParseInt(v.Value, 10, 64)
		if err != nil {
			return 0 // the store writes whole numbers only
		}
		return n
	}
	i := &store.Item{
		Key: store.Key{PK: text("PK"), SK: text("SK")}, Index: store.Key{PK: text("IPK"), SK: text("ISK")},
		Version: number("version"), AsOf: number("asOf"), Doc: text("doc"), Events: text("events"),
	}
	if at := number("expiresAt"); at != 0 {
		i.ExpiresAt = time.Unix(at, 0).UTC()
	}
	return i
}
