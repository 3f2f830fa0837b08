package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"bellwether/internal/fault"
	"bellwether/internal/store"
)

// Write implements store.Table: one op is a PutItem or DeleteItem, several are a TransactWriteItems.
func (t *Table) Write(ctx context.Context, token string, ops ...store.Op) error {
	if err := store.Validate(ops); err != nil {
		return err
	}
	call := t.transact
	if len(ops) == 1 && ops[0].Kind != store.OpCheck {
		call = t.single
	}
	for attempt := 1; ; attempt++ {
		err := call(ctx, token, attempt, ops)
		if !isContended(err) {
			return err
		}
		if !t.again(ctx, attempt, err) {
			return errors.Join(err, ctx.Err())
		}
	}
}

// errContended is a write that lost against a transaction on the same item, and has changed nothing.
var errContended = errors.New("another transaction has the item")

func contended() error {
	return fault.Wrap(errContended, fault.Retryable, "store_contended", "too many write the same item at once")
}

func isContended(err error) bool { return errors.Is(err, errContended) }

func (t *Table) single(ctx context.Context, _ string, _ int, ops []store.Op) error {
	op := ops[0]
	expression, values, old := condition(op, t.now())
	var err error
	if op.Kind == store.OpDelete {
		_, err = t.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
			TableName: t.name, Key: keyAttributes(op.Item.Key), ConditionExpression: expression,
			ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: old,
		})
	} else {
		_, err = t.client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: t.name, Item: encode(op.Item), ConditionExpression: expression,
			ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: old,
		})
	}
	if failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return t.judge(op, failed.Item)
	}
	if _, ok := errors.AsType[*types.TransactionConflictException](err); ok {
		return contended()
	}
	return t.classify(err, "the item can't be written")
}

// judge decides on an op whose condition failed on the stored item: when that is what op writes,
// our own earlier try went through and its answer was lost.
func (t *Table) judge(op store.Op, stored attributes) error {
	if len(stored) == 0 {
		return store.ErrConflict()
	}
	old, err := decode(stored)
	if err != nil {
		return err
	}
	if old.Expired(t.now()) || !op.Repeats(&old) {
		return store.ErrConflict()
	}
	return nil
}
