// Command floor reads an item and writes it under another key, in turn, as often as it is asked to,
// and does nothing else: the least that calls through the SDK cost.
package main

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"bellwether/internal/app"
)

type handler struct {
	client *dynamodb.Client
	table  string
}

func (h handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var order struct {
		Pairs  int
		PK, SK string
	}
	if err := json.Unmarshal(payload, &order); err != nil {
		return nil, err
	}
	key := map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: order.PK},
		"SK": &types.AttributeValueMemberS{Value: order.SK},
	}
	for range order.Pairs {
		out, err := h.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &h.table, Key: key})
		if err != nil {
			return nil, err
		}
		out.Item["SK"] = &types.AttributeValueMemberS{Value: "floor"}
		if _, err := h.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &h.table, Item: out.Item}); err != nil {
			return nil, err
		}
	}
	return []byte("null"), nil
}

func main() {
	app.Main(func(c app.Config) lambda.Handler { return handler{dynamodb.NewFromConfig(c.AWS), c.Table} })
}
