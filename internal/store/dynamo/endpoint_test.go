package dynamo_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"bellwether/internal/store/dynamo"
	"bellwether/internal/store/dynamotest"
	"bellwether/internal/store/storetest"
)

// TestEndpoint holds real endpoints to the suite: the one that DYNAMODB_ENDPOINT names, else, with
// TEST_DYNAMO set, moto_server and dynalite where they are found. It makes a table for each test,
// and removes it.
func TestEndpoint(t *testing.T) {
	if url := os.Getenv("DYNAMODB_ENDPOINT"); url != "" {
		testEndpoint(t, url)
		return
	}
	if os.Getenv("TEST_DYNAMO") == "" {
		t.Skip("neither DYNAMODB_ENDPOINT nor TEST_DYNAMO is set")
	}
	for _, emulator := range []struct{ command, port string }{{"moto_server", "-p"}, {"dynalite", "--port"}} {
		t.Run(emulator.command, func(t *testing.T) {
			path, err := exec.LookPath(emulator.command)
			if err != nil {
				t.Skip("it is not on the PATH")
			}
			testEndpoint(t, start(t, path, emulator.port))
		})
	}
}

// start runs an emulator till the end of the test, and waits until it says where it listens.
func start(t *testing.T, path, portFlag string) (url string) {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	free.Close()
	said, says := io.Pipe()
	ctx, stop := context.WithCancel(context.Background()) // it outlives t.Context by the clean-up of the tables
	command := exec.CommandContext(ctx, path, portFlag, port)
	command.Stdout, command.Stderr = says, says
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		command.Wait()
		says.Close()
	})
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "http://") {
			go io.Copy(io.Discard, said)
			return "http://127.0.0.1:" + port
		}
	}
	t.Fatalf("%s ended before it listened", path)
	return ""
}

func testEndpoint(t *testing.T, url string) {
	cfg := dynamotest.Config(url, http.DefaultTransport)
	client := dynamodb.NewFromConfig(cfg)
	lacks := probe(t, client)
	var n atomic.Int32
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		clock := storetest.NewClock()
		name := makeTable(t, client, fmt.Sprint(os.Getpid(), "-", n.Add(1)))
		return storetest.Harness{Table: dynamo.New(cfg, name, dynamo.Clock(clock.Now)), Clock: clock, Lacks: lacks}
	})
}

// probe finds out, past the adapter, what the endpoint does not do.
func probe(t *testing.T, client *dynamodb.Client) map[storetest.Feature]string {
	t.Helper()
	table := makeTable(t, client, fmt.Sprint(os.Getpid(), "-probe"))
	key := map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: "probe"}, "SK": &types.AttributeValueMemberS{Value: "probe"}}
	lacks := map[storetest.Feature]string{}
	_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
		TransactItems: []types.TransactWriteItem{{Put: &types.Put{TableName: &table, Item: key}}},
	})
	if refused, ok := errors.AsType[smithy.APIError](err); ok {
		lacks[storetest.Transactions] = "TransactWriteItems answers " + refused.ErrorCode()
	} else if err != nil {
		t.Fatalf("the endpoint does not answer: %v", err)
	}
	create := &dynamodb.PutItemInput{
		TableName: &table, Item: key, ConditionExpression: aws.String("attribute_not_exists(PK)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	client.PutItem(t.Context(), create) // there it is, by now at least
	_, err = client.PutItem(t.Context(), create)
	if failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err); !ok {
		t.Fatalf("the endpoint does not hold a condition: %v", err)
	} else if len(failed.Item) == 0 {
		lacks[storetest.FailureImages] = "ReturnValuesOnConditionCheckFailure has no effect"
	}
	return lacks
}

func makeTable(t *testing.T, client *dynamodb.Client, name string) string {
	t.Helper()
	name = "bellwether-test-" + name
	var defined []types.AttributeDefinition
	for _, attribute := range []string{"PK", "SK", "IPK", "ISK"} {
		defined = append(defined, types.AttributeDefinition{AttributeName: aws.String(attribute), AttributeType: types.ScalarAttributeTypeS})
	}
	_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, AttributeDefinitions: defined, BillingMode: types.BillingModePayPerRequest, KeySchema: keySchema("PK", "SK"),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String(dynamo.IndexName), KeySchema: keySchema("IPK", "ISK"),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
		}},
	})
	if err != nil {
		t.Fatalf("make a table: %v", err)
	}
	made := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 20*time.Millisecond, time.Second
	})
	if err := made.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &name}, time.Minute); err != nil {
		t.Fatalf("wait for the table: %v", err)
	}
	t.Cleanup(func() {
		client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name})
	})
	return name
}

func keySchema(hash, sort string) []types.KeySchemaElement {
	return []types.KeySchemaElement{
		{AttributeName: &hash, KeyType: types.KeyTypeHash}, {AttributeName: &sort, KeyType: types.KeyTypeRange},
	}
}
