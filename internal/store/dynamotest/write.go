package dynamotest

import (
	"context"
	"encoding/json"

	"bellwether/internal/fault"
	"bellwether/internal/store"
)

// write is the input of PutItem and DeleteItem, and a part of TransactWriteItems.
type write struct {
	TableName                           string
	Item                                item // a put's
	Key                                 item // a delete's or a check's
	ConditionExpression                 string
	ExpressionAttributeValues           item
	ReturnValuesOnConditionCheckFailure string
	check                               bool
}

// part is a write with what is stored under its key.
type part struct {
	write
	op  store.Op
	old item
}

func (s *Server) prepare(ctx context.Context, w write) (part, error) {
	p := part{write: w}
	from, kind := w.Item, store.OpPut
	if from == nil {
		from, kind = w.Key, store.OpDelete
	}
	i, err := from.parse()
	if err != nil {
		return p, err
	}
	p.op = store.Op{Kind: kind, Item: i}
	p.old, err = s.stored(ctx, i.Key)
	return p, err
}

func (s *Server) stored(ctx context.Context, key store.Key) (item, error) {
	i, err := s.table.Get(ctx, key)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return wire(&i), err
}

// image is the stored item, when a write wants it back for its failed condition.
func (p part) image() item {
	if p.ReturnValuesOnConditionCheckFailure == "ALL_OLD" {
		return p.old
	}
	return nil
}

func (s *Server) single(ctx context.Context, w write) (any, error) {
	p, err := s.prepare(ctx, w)
	if err != nil {
		return nil, err
	}
	ok, err := holds(w.ConditionExpression, w.ExpressionAttributeValues, p.old)
	if err != nil {
		return nil, err
	}
	s.counts.wrote(p, ok, 1)
	if !ok {
		failed := refuse("ConditionalCheckFailedException", "The conditional request failed")
		failed.Item = p.image()
		return nil, failed
	}
	return struct{}{}, s.table.Write(ctx, "", p.op)
}

type transaction struct {
	ClientRequestToken string
	TransactItems      []struct{ Put, Delete, ConditionCheck *write }
}

func (s *Server) transact(ctx context.Context, in transaction) (any, error) {
	body, err := json.Marshal(in.TransactItems)
	if err != nil {
		return nil, err
	}
	if len(in.ClientRequestToken) > 36 {
		return nil, invalid("a token has at most 36 characters")
	}
	if before, done := s.tokens[in.ClientRequestToken]; done && in.ClientRequestToken != "" {
		if before != string(body) {
			return nil, refuse("IdempotentParameterMismatchException", "the token was used for another request")
		}
		return struct{}{}, nil
	}
	ops, cancelled, err := s.evaluate(ctx, in)
	switch {
	case err != nil:
		return nil, err
	case cancelled != nil:
		return nil, cancelled
	}
	if len(ops) > 0 {
		if err := s.table.Write(ctx, in.ClientRequestToken, ops...); err != nil {
			return nil, err
		}
	}
	s.tokens[in.ClientRequestToken] = string(body)
	return struct{}{}, nil
}

// evaluate finds what is to be done, or why the transaction is cancelled.
func (s *Server) evaluate(ctx context.Context, in transaction) (ops []store.Op, cancelled *refusal, err error) {
	reasons := make([]reason, len(in.TransactItems))
	failed := false
	var parts []part
	for i, t := range in.TransactItems {
		w := t.Put
		switch {
		case t.Delete != nil:
			w = t.Delete
		case t.ConditionCheck != nil:
			w = t.ConditionCheck
			w.check = true
		}
		if w == nil {
			return nil, nil, invalid("a part of the transaction is empty")
		}
		p, err := s.prepare(ctx, *w)
		if err != nil {
			return nil, nil, err
		}
		ok, err := holds(w.ConditionExpression, w.ExpressionAttributeValues, p.old)
		if err != nil {
			return nil, nil, err
		}
		reasons[i].Code = "None"
		if !ok {
			failed = true
			reasons[i] = reason{Code: "ConditionalCheckFailed", Item: p.image()}
		}
		parts = append(parts, p)
	}
	for _, p := range parts {
		s.counts.wrote(p, !failed, 2)
		if !p.check {
			ops = append(ops, p.op)
		}
	}
	if failed {
		cancelled = refuse("TransactionCanceledException", "Transaction cancelled, please refer cancellation reasons for specific reasons")
		cancelled.Reasons = reasons
	}
	return ops, cancelled, nil
}
