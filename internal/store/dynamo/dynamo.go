// Package dynamo is the store on Amazon DynamoDB, and on whatever speaks its protocol.
//
// Calls are retried in one place each: what the SDK knows as throttling or a failing service, by
// the retryer of the aws.Config; contended transactions and keys left over from a batch, which
// the SDK takes for final, here, with the delays and the number of attempts of the same retryer.
package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	smithytime "github.com/aws/smithy-go/time"

	"bellwether/internal/store"
)

// IndexName is the table's one global secondary index: IPK and ISK, keys only.
const IndexName = "index"

// Table is a store.Table in one DynamoDB table. It is safe for concurrent use.
type Table struct {
	client  *dynamodb.Client
	retryer aws.Retryer
	name    *string
	now     func() time.Time
}

var _ store.Table = (*Table)(nil)

// Option changes how a Table works.
type Option func(*Table)

// Clock makes the table measure expiry by now instead of time.Now.
func Clock(now func() time.Time) Option { return func(t *Table) { t.now = now } }

// New is the table of the given name.
func New(cfg aws.Config, table string, options ...Option) *Table {
	client := dynamodb.NewFromConfig(cfg)
	t := &Table{client: client, retryer: client.Options().Retryer, name: &table, now: time.Now}
	for _, set := range options {
		set(t)
	}
	return t
}

// Get implements store.Table.
func (t *Table) Get(ctx context.Context, key store.Key) (store.Item, error) {
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: t.name, Key: keyAttributes(key), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return store.Item{}, t.classify(err, "the item can't be read")
	}
	if len(out.Item) == 0 {
		return store.Item{}, store.ErrNotFound()
	}
	item, err := decode(out.Item)
	if err != nil {
		return store.Item{}, err
	}
	if item.Expired(t.now()) {
		return store.Item{}, store.ErrNotFound()
	}
	return item, nil
}

// again waits for the next attempt. It reports false when there is none: attempts are used up or ctx has ended.
func (t *Table) again(ctx context.Context, attempt int, cause error) bool {
	if attempt >= t.retryer.MaxAttempts() {
		return false
	}
	delay, err := t.retryer.RetryDelay(attempt, cause)
	return err == nil && smithytime.SleepWithContext(ctx, delay) == nil
}
