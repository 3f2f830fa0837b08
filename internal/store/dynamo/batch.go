package dynamo

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"bellwether/internal/fault"
	"bellwether/internal/store"
)

// maxBatch is how many items one BatchGetItem reads.
const maxBatch = 100

// whole reads the items of index entries, in their order. The index lags behind the table: an item
// that has gone meanwhile, or stands at another place now, is left out.
func (t *Table) whole(ctx context.Context, entries []store.Item) ([]store.Item, error) {
	found := make(map[store.Key]store.Item, len(entries))
	for chunk := range slices.Chunk(entries, maxBatch) {
		if err := t.fetch(ctx, chunk, found); err != nil {
			return nil, err
		}
	}
	var items []store.Item
	for _, entry := range entries {
		if item, ok := found[entry.Key]; ok && item.Index == entry.Index && !item.Expired(t.now()) {
			items = append(items, item)
		}
	}
	return items, nil
}

var errLeftOver = errors.New("keys were left over from a batch")

// fetch reads at most maxBatch items. DynamoDB may answer for some of the keys and leave the others
// over: it gives up when attempt after attempt leaves all.
func (t *Table) fetch(ctx context.Context, entries []store.Item, found map[store.Key]store.Item) error {
	asked := make(map[store.Key]bool, len(entries))
	var keys []attributes
	for _, entry := range entries {
		if !asked[entry.Key] {
			asked[entry.Key] = true
			keys = append(keys, keyAttributes(entry.Key))
		}
	}
	for attempt := 1; ; attempt++ {
		left, err := t.fetchSome(ctx, keys, found)
		if err != nil || len(left) == 0 {
			return err
		}
		if len(left) < len(keys) {
			attempt = 0
		}
		keys = left
		if !t.again(ctx, attempt, errLeftOver) {
			return fault.Wrap(errors.Join(errLeftOver, ctx.Err()), fault.Retryable, "store_throttled", "the store takes fewer reads than are asked for")
		}
	}
}

func (t *Table) fetchSome(ctx context.Context, keys []attributes, found map[store.Key]store.Item) (left []attributes, err error) {
	out, err := t.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		*t.name: {Keys: keys, ConsistentRead: aws.Bool(true)},
	}})
	if err != nil {
		return nil, t.classify(err, "the listed items can't be read")
	}
	for _, a := range out.Responses[*t.name] {
		item, err := decode(a)
		if err != nil {
			return nil, err
		}
		found[item.Key] = item
	}
	return out.UnprocessedKeys[*t.name].Keys, nil
}
