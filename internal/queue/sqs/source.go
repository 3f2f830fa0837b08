package sqs

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"bellwether/internal/fault"
	"bellwether/internal/queue"
)

var _ queue.Source = (*Queue)(nil)

// Receive implements queue.Source. It waits a second, so that all of SQS's servers are asked.
func (q *Queue) Receive(ctx context.Context) ([]queue.Received, error) {
	out, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &q.url, MaxNumberOfMessages: batch, WaitTimeSeconds: 1, MessageAttributeNames: []string{"All"},
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameSentTimestamp},
	})
	if err != nil {
		return nil, fault.Wrap(fmt.Errorf("receive messages: %w", err), fault.Retryable, "queue_unavailable", "the queue did not answer")
	}
	list := make([]queue.Received, len(out.Messages))
	for i, m := range out.Messages {
		list[i] = queue.Received{Body: []byte(aws.ToString(m.Body)), Receipt: aws.ToString(m.ReceiptHandle), Attributes: map[string]string{}}
		for name, value := range m.MessageAttributes {
			list[i].Attributes[name] = aws.ToString(value.StringValue)
		}
		if ms, err := strconv.ParseInt(m.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)], 10, 64); err == nil {
			list[i].SentAt = time.UnixMilli(ms).UTC()
		}
	}
	return list, nil
}

// Delete implements queue.Source.
func (q *Queue) Delete(ctx context.Context, receipt string) error {
	_, err := q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: &receipt})
	return fault.Wrap(err, fault.Retryable, "queue_unavailable", "the queue did not answer")
}
