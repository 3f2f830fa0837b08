package dynamo

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"bellwether/internal/fault"
	"bellwether/internal/store"
)

// Query implements store.Table. The index holds keys only: the items behind it are read, strongly
// consistent, by BatchGetItem.
func (t *Table) Query(ctx context.Context, q store.Query) (store.Page, error) {
	if err := q.Validate(); err != nil {
		return store.Page{}, err
	}
	if q.To != "" && q.From >= q.To {
		return store.Page{}, ctx.Err() // DynamoDB refuses a range that is upside down
	}
	in, err := t.queryInput(q)
	if err != nil {
		return store.Page{}, err
	}
	out, err := t.client.Query(ctx, in)
	if err != nil {
		return store.Page{}, t.classify(err, "the items can't be listed")
	}
	page := store.Page{Next: cursor(out.LastEvaluatedKey, q.Indexed)}
	for _, a := range out.Items {
		item, err := decode(a)
		if err != nil {
			return store.Page{}, err
		}
		if item.Expired(t.now()) || (q.To != "" && sortKey(item, q.Indexed) == q.To) { // BETWEEN includes To
			continue
		}
		if q.KeysOnly {
			item = store.Item{Key: item.Key, Index: item.Index}
		}
		page.Items = append(page.Items, item)
	}
	if q.Indexed && !q.KeysOnly {
		page.Items, err = t.whole(ctx, page.Items)
	}
	return page, err
}

func sortKey(i store.Item, indexed bool) string {
	if indexed {
		return i.Index.SK
	}
	return i.SK
}

func (t *Table) queryInput(q store.Query) (*dynamodb.QueryInput, error) {
	pk, sk := attrPK, attrSK
	in := &dynamodb.QueryInput{TableName: t.name, Limit: aws.Int32(int32(q.Limit)), ScanIndexForward: aws.Bool(!q.Descending)}
	if q.Indexed {
		pk, sk = attrIndexPK, attrIndexSK
		in.IndexName = aws.String(IndexName)
	} else {
		in.ConsistentRead = aws.Bool(true)
		if q.KeysOnly {
			in.ProjectionExpression = aws.String(attrPK + ", " + attrSK + ", " + attrIndexPK + ", " + attrIndexSK + ", " + attrExpiresAt)
		}
	}
	expression := pk + " = :partition"
	in.ExpressionAttributeValues = attributes{":partition": text(q.Partition)}
	if q.From != "" {
		in.ExpressionAttributeValues[":from"] = text(q.From)
	}
	if q.To != "" {
		in.ExpressionAttributeValues[":to"] = text(q.To)
	}
	switch {
	case q.From != "" && q.To != "":
		expression += " AND " + sk + " BETWEEN :from AND :to"
	case q.From != "":
		expression += " AND " + sk + " >= :from"
	case q.To != "":
		expression += " AND " + sk + " < :to"
	}
	in.KeyConditionExpression = &expression
	start, err := startKey(q)
	in.ExclusiveStartKey = start
	return in, err
}

// cursor is the key at which a page ended, as text: the sort key, and for the index the item's own key.
func cursor(last attributes, indexed bool) string {
	if len(last) == 0 {
		return ""
	}
	r := attributeReader{from: last}
	parts := []string{r.text(attrSK)}
	if indexed {
		parts = append(parts, r.text(attrPK), r.text(attrIndexSK))
	}
	b, err := json.Marshal(parts)
	if err != nil {
		return "" // texts always have a JSON form
	}
	return string(b)
}

func startKey(q store.Query) (attributes, error) {
	if q.After == "" {
		return nil, nil
	}
	var parts []string
	err := json.Unmarshal([]byte(q.After), &parts)
	switch {
	case err == nil && !q.Indexed && len(parts) == 1:
		return keyAttributes(store.Key{PK: q.Partition, SK: parts[0]}), nil
	case err == nil && q.Indexed && len(parts) == 3:
		start := keyAttributes(store.Key{PK: parts[1], SK: parts[0]})
		start[attrIndexPK], start[attrIndexSK] = text(q.Partition), text(parts[2])
		return start, nil
	}
	return nil, fault.New(fault.Invalid, "bad_query", "the place to go on from is not one of this list")
}
