package dynamo

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/store"
)

func (t *Table) transact(ctx context.Context, token string, attempt int, ops []store.Op) error {
	now := t.now()
	in := &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String(requestToken(token, attempt, now, ops))}
	for _, op := range ops {
		in.TransactItems = append(in.TransactItems, t.transactItem(op, now))
	}
	_, err := t.client.TransactWriteItems(ctx, in)
	if cancelled, ok := errors.AsType[*types.TransactionCanceledException](err); ok && len(cancelled.CancellationReasons) == len(ops) {
		return t.judgeAll(ops, cancelled)
	}
	return t.classify(err, "the items can't be written")
}

func (t *Table) transactItem(op store.Op, now time.Time) types.TransactWriteItem {
	expression, values, old := condition(op, now)
	switch op.Kind {
	case store.OpDelete:
		return types.TransactWriteItem{Delete: &types.Delete{
			TableName: t.name, Key: keyAttributes(op.Item.Key), ConditionExpression: expression,
			ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: old,
		}}
	case store.OpCheck:
		return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
			TableName: t.name, Key: keyAttributes(op.Item.Key), ConditionExpression: expression,
			ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: old,
		}}
	default:
		return types.TransactWriteItem{Put: &types.Put{
			TableName: t.name, Item: encode(op.Item), ConditionExpression: expression,
			ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: old,
		}}
	}
}

// requestToken names one request. DynamoDB does a token once in ten minutes, and refuses it with
// another body; so it is derived from the cause and from all that makes the body: what is written,
// under which conditions, and the time in them. It covers the SDK's own resends of one request. A
// later Write for the same cause is another request, and its conditions decide. A cancelled
// request did nothing, so the attempt after it takes a token of its own.
func requestToken(token string, attempt int, now time.Time, ops []store.Op) string {
	parts := []string{"transaction", token, strconv.Itoa(attempt), strconv.FormatInt(now.Unix(), 10)}
	for _, op := range ops {
		i := op.Item
		parts = append(parts, strconv.Itoa(int(op.Kind)), i.PK, i.SK, i.Index.PK, i.Index.SK, i.Doc, i.Events,
			strconv.FormatInt(i.Version, 10), strconv.FormatInt(i.AsOf, 10), strconv.FormatInt(i.ExpiresAt.Unix(), 10))
		op.If.Match(
			func() { parts = append(parts, "always") },
			func() { parts = append(parts, "not exists") },
			func(n int64) { parts = append(parts, "version", strconv.FormatInt(n, 10)) },
			func() { parts = append(parts, "newer") },
		)
	}
	return event.Derive(parts...)
}

// judgeAll decides on a cancelled transaction by its reasons, one for each op.
func (t *Table) judgeAll(ops []store.Op, cancelled *types.TransactionCanceledException) error {
	busy := false
	for i, reason := range cancelled.CancellationReasons {
		switch aws.ToString(reason.Code) {
		case "", "None":
		case "ConditionalCheckFailed":
			if err := t.judge(ops[i], reason.Item); err != nil {
				return err
			}
		case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
			busy = true
		default:
			return fault.Wrap(cancelled, fault.Invalid, "bad_write", "the store refuses one of the items")
		}
	}
	if busy {
		return contended()
	}
	return nil
}
