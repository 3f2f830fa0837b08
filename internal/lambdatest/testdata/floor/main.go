// Command floor reads an item as often as it is asked to and does nothing else: the least that a
// call through the SDK costs.
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
		Calls  int
		PK, SK string
	}
	if err := json.Unmarshal(payload, &order); err != nil {
		return nil, err
	}
	for range order.Calls {
		_, err := h.client.GetItem(ctx, &dynamodb.GetItemInput{
			TableName: &h.table,
			Key: map[string]types.AttributeValue{
				"PK": &types.AttributeValueMemberS{Value: order.PK},
				"SK": &types.AttributeValueMemberS{Value: order.SK},
			},
		})
		if err != nil {
			return nil, err
		}
	}
	return []byte("null"), nil
}

func main() {
	app.Main(func(c app.Config) lambda.Handler { return handler{dynamodb.NewFromConfig(c.AWS), c.Table} })
}
