// Package provision creates the table where it is missing, from the template's own definition. Only
// the local runner does so: what deploys is created by CloudFormation.
package provision

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"bellwether/internal/sam"
)

// ready is how long a new table may take to become active.
const ready = 2 * time.Minute

// Config is what the SDK finds on this machine: environment, profiles, AWS_ENDPOINT_URL and its kin.
// Functions have app's own, which starts faster and looks at the environment only.
func Config(ctx context.Context) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err == nil && cfg.Region == "" {
		err = errors.New("DynamoDB needs AWS_REGION, and credentials; any will do for a local endpoint")
	}
	return cfg, err
}

// Table creates the table unless it exists; created tells which. An existing one is left as it is.
func Table(ctx context.Context, cfg aws.Config, def sam.Table) (created bool, err error) {
	client := dynamodb.NewFromConfig(cfg)
	_, err = client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &def.Name})
	if err == nil {
		return false, nil
	}
	if _, missing := errors.AsType[*types.ResourceNotFoundException](err); !missing {
		return false, fmt.Errorf("look for table %s: %w", def.Name, err)
	}
	if _, err := client.CreateTable(ctx, input(def)); err != nil {
		return false, fmt.Errorf("create table %s: %w", def.Name, err)
	}
	err = dynamodb.NewTableExistsWaiter(client).Wait(ctx, &dynamodb.DescribeTableInput{TableName: &def.Name}, ready)
	if err != nil {
		return true, fmt.Errorf("wait for table %s: %w", def.Name, err)
	}
	if def.TTL == "" {
		return true, nil
	}
	_, err = client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName: &def.Name, TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &def.TTL, Enabled: aws.Bool(true)},
	})
	if err != nil {
		return true, fmt.Errorf("let items of table %s expire: %w", def.Name, err)
	}
	return true, nil
}

func input(def sam.Table) *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{TableName: &def.Name, BillingMode: types.BillingModePayPerRequest, KeySchema: keySchema(def.Key)}
	for _, a := range def.Attributes {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(a.Name), AttributeType: types.ScalarAttributeType(a.Type),
		})
	}
	for _, index := range def.Indexes {
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(index.Name), KeySchema: keySchema(index.Key),
			Projection: &types.Projection{ProjectionType: types.ProjectionType(index.Projection)},
		})
	}
	if def.StreamView != "" {
		in.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewType(def.StreamView)}
	}
	return in
}

func keySchema(parts []sam.KeyPart) []types.KeySchemaElement {
	schema := make([]types.KeySchemaElement, len(parts))
	for i, p := range parts {
		schema[i] = types.KeySchemaElement{AttributeName: aws.String(p.Attribute), KeyType: types.KeyType(p.Kind)}
	}
	return schema
}
