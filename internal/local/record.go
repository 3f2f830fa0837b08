package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"bellwether/internal/store"
)

// attributes are attribute values as DynamoDB writes them.
type attributes map[string]map[string]string

func image(i *store.Item) attributes {
	if i == nil {
		return nil
	}
	a := attributes{
		"PK": {"S": i.PK}, "SK": {"S": i.SK}, "doc": {"S": i.Doc},
		"version": {"N": strconv.FormatInt(i.Version, 10)}, "asOf": {"N": strconv.FormatInt(i.AsOf, 10)},
	}
	if i.Index.PK != "" {
		a["IPK"], a["ISK"] = map[string]string{"S": i.Index.PK}, map[string]string{"S": i.Index.SK}
	}
	if i.Events != "" {
		a["events"] = map[string]string{"S": i.Events}
	}
	if !i.ExpiresAt.IsZero() {
		a["expiresAt"] = map[string]string{"N": strconv.FormatInt(i.ExpiresAt.Unix(), 10)}
	}
	return a
}

type streamRecord struct {
	EventID   string       `json:"eventID"`
	EventName string       `json:"eventName"`
	Version   string       `json:"eventVersion"`
	Source    string       `json:"eventSource"`
	Region    string       `json:"awsRegion"`
	Change    streamChange `json:"dynamodb"`
	SourceARN string       `json:"eventSourceARN"`
}

type streamChange struct {
	CreatedAt float64    `json:"ApproximateCreationDateTime"`
	Keys      attributes `json:"Keys"`
	NewImage  attributes `json:"NewImage,omitempty"`
	OldImage  attributes `json:"OldImage,omitempty"`
	Sequence  string     `json:"SequenceNumber"`
	SizeBytes int        `json:"SizeBytes"`
	View      string     `json:"StreamViewType"`
}

// recordOf is a change in the form in which Lambda gets it.
func recordOf(c Change) streamRecord {
	item, name := c.New, "MODIFY"
	switch {
	case c.New == nil:
		item, name = c.Old, "REMOVE"
	case c.Old == nil:
		name = "INSERT"
	}
	return streamRecord{
		EventID: "local-" + c.Sequence, EventName: name, Version: "1.1", Source: "aws:dynamodb", Region: "local",
		SourceARN: "arn:aws:dynamodb:local:" + account + ":table/bellwether/stream/local",
		Change: streamChange{
			CreatedAt: float64(c.At.Unix()), Keys: attributes{"PK": {"S": item.PK}, "SK": {"S": item.SK}},
			NewImage: image(c.New), OldImage: image(c.Old), Sequence: c.Sequence, SizeBytes: item.Size(), View: "NEW_AND_OLD_IMAGES",
		},
	}
}

func streamPayload(batch ...Change) ([]byte, error) {
	records := make([]streamRecord, len(batch))
	for i, c := range batch {
		records[i] = recordOf(c)
	}
	return json.Marshal(map[string]any{"Records": records})
}

// errPartial is the outcome of a batch of which a part was not taken.
var errPartial = errors.New("a part of the batch was not taken")

// taken is how many records from the front of the batch a function took, by what it answered.
func taken(answer []byte, batch []Change) (int, error) {
	var partial struct {
		Failures []struct {
			Sequence string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(answer, &partial); err != nil {
		return 0, fmt.Errorf("read the answer to a batch: %w", err)
	}
	if len(partial.Failures) == 0 {
		return len(batch), nil
	}
	for i, c := range batch {
		if c.Sequence == partial.Failures[0].Sequence {
			return i, errPartial
		}
	}
	return 0, errPartial
}
