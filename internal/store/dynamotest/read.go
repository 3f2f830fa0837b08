package dynamotest

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"bellwether/internal/store"
)

type getInput struct {
	TableName      string
	Key            item
	ConsistentRead bool
}

func (s *Server) getItem(ctx context.Context, in getInput) (any, error) {
	key, err := in.Key.parse()
	if err != nil {
		return nil, err
	}
	found, err := s.stored(ctx, key.Key)
	s.counts.read(found.size(), in.ConsistentRead)
	return struct {
		Item item `json:",omitempty"`
	}{found}, err
}

type batchInput struct {
	RequestItems map[string]struct {
		Keys           []item
		ConsistentRead bool
	}
}

func (s *Server) batchGetItem(ctx context.Context, in batchInput) (any, error) {
	responses := map[string][]item{}
	for table, asked := range in.RequestItems {
		if len(asked.Keys) == 0 || len(asked.Keys) > 100 {
			return nil, invalid("a batch takes 1 to 100 keys, not %d", len(asked.Keys))
		}
		seen := map[store.Key]bool{}
		for _, k := range slices.Backward(asked.Keys) { // DynamoDB answers in any order
			key, err := k.parse()
			if err != nil {
				return nil, err
			}
			if seen[key.Key] {
				return nil, invalid("a batch names one item twice")
			}
			seen[key.Key] = true
			found, err := s.stored(ctx, key.Key)
			if err != nil {
				return nil, err
			}
			s.counts.read(found.size(), asked.ConsistentRead)
			if found != nil {
				responses[table] = append(responses[table], found)
			}
		}
	}
	return map[string]any{"Responses": responses, "UnprocessedKeys": struct{}{}}, nil
}

type queryInput struct {
	TableName, IndexName      string
	KeyConditionExpression    string
	ExpressionAttributeValues item
	ProjectionExpression      string
	ExclusiveStartKey         item
	ScanIndexForward          bool
	ConsistentRead            bool
	Limit                     int
}

func (s *Server) query(ctx context.Context, in queryInput) (any, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	found, more, err := s.page(ctx, q, in.ExclusiveStartKey)
	if err != nil {
		return nil, err
	}
	out := struct {
		Items            []item
		Count            int
		LastEvaluatedKey item `json:",omitempty"`
	}{Items: []item{}, Count: len(found)}
	size, keys := 0, keyNames
	if q.Indexed {
		keys = indexNames
	}
	for _, i := range found {
		a := wire(&i)
		if more {
			out.LastEvaluatedKey = a.only(keys)
		}
		if q.Indexed {
			a = a.only(indexNames)
		}
		size += a.size()
		out.Items = append(out.Items, a)
	}
	s.counts.read(size, in.ConsistentRead)
	if in.ProjectionExpression != "" {
		for n, i := range out.Items {
			out.Items[n] = i.only(strings.Split(in.ProjectionExpression, ", "))
		}
	}
	return out, nil
}

// query reads the key condition: "PK = :p" and at most one of ">=", "<", "BETWEEN" on the sort key.
func (in queryInput) query() (q store.Query, err error) {
	q = store.Query{Indexed: in.IndexName != "", Descending: !in.ScanIndexForward, Limit: in.Limit}
	pk, sk := "PK", "SK"
	if q.Indexed {
		pk, sk = "IPK", "ISK"
		if in.ConsistentRead || in.IndexName != "index" {
			return q, invalid("there is no consistent read of an index, and no index but \"index\"")
		}
	}
	value := func(name string) string {
		v := in.ExpressionAttributeValues[name]
		if v.S == nil {
			err = cmp.Or(err, error(invalid("%s is not given as a text", name)))
			return ""
		}
		return *v.S
	}
	words := strings.Fields(in.KeyConditionExpression)
	if len(words) < 3 || words[0] != pk || words[1] != "=" {
		return q, invalid("the key condition %q is not known here", in.KeyConditionExpression)
	}
	q.Partition = value(words[2])
	switch rest := words[3:]; {
	case len(rest) == 0:
	case len(rest) == 4 && rest[1] == sk && rest[2] == ">=":
		q.From = value(rest[3])
	case len(rest) == 4 && rest[1] == sk && rest[2] == "<":
		q.To = value(rest[3])
	case len(rest) == 6 && rest[1] == sk && rest[2] == "BETWEEN":
		q.From, q.To = value(rest[3]), value(rest[5])
		if q.From > q.To {
			return q, invalid("the range is upside down")
		}
		q.To += "\x00" // BETWEEN includes its upper bound
	default:
		return q, invalid("the key condition %q is not known here", in.KeyConditionExpression)
	}
	return q, err
}

// page reads on behind start, the place at which a page before ended; nil: from the beginning.
func (s *Server) page(ctx context.Context, q store.Query, start item) (found []store.Item, more bool, err error) {
	behind := func(store.Item) bool { return true }
	limit := q.Limit
	if start != nil {
		from, err := start.parse()
		if err != nil {
			return nil, false, err
		}
		behind = func(i store.Item) bool { return order(q, i, from) > 0 }
		q = narrowed(q, from)
	}
	for q.Limit = store.MaxPage; ; {
		page, err := s.table.Query(ctx, q)
		if err != nil {
			return nil, false, err
		}
		for _, i := range page.Items {
			if !behind(i) {
				continue
			}
			if len(found) == limit {
				return found, true, nil
			}
			found = append(found, i)
		}
		if page.Next == "" {
			return found, len(found) == limit, nil
		}
		q.After = page.Next
	}
}

// order is how i stands to o in the query's own order. Items at one place of the index are in order
// of their keys here; DynamoDB has them in some order, always the same.
func order(q store.Query, i, o store.Item) int {
	n := cmp.Or(strings.Compare(i.PK, o.PK), strings.Compare(i.SK, o.SK))
	if q.Indexed {
		n = cmp.Or(strings.Compare(i.Index.SK, o.Index.SK), n)
	}
	if q.Descending {
		return -n
	}
	return n
}

// narrowed leaves out what lies before the place of from; what is at that place itself may go on.
func narrowed(q store.Query, from store.Item) store.Query {
	place := from.SK
	if q.Indexed {
		place = from.Index.SK
	}
	if q.Descending {
		q.To = place + "\x00"
	} else {
		q.From = place
	}
	return q
}
