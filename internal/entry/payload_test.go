package entry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"bellwether/internal/entry"
	"bellwether/internal/obs"
)

var now = time.Date(2026, 11, 20, 18, 0, 10, 0, time.UTC)

func clock() time.Time { return now }

func payload(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The payloads are what AWS sends: AWS's own types take them without an unknown field and
// give them back unchanged.
func TestPayloadsAreOfAWSsShape(t *testing.T) {
	for name, shape := range map[string]any{
		"httpapi.json":     new(events.APIGatewayV2HTTPRequest),
		"eventbridge.json": new(events.EventBridgeEvent),
		"stream.json":      new(events.DynamoDBEvent),
		"sqs.json":         new(events.SQSEvent),
	} {
		t.Run(name, func(t *testing.T) {
			given := payload(t, name)
			d := json.NewDecoder(bytes.NewReader(given))
			d.DisallowUnknownFields()
			if err := d.Decode(shape); err != nil {
				t.Fatal(err)
			}
			again, err := json.Marshal(shape)
			if err != nil {
				t.Fatal(err)
			}
			var before, after any
			if json.Unmarshal(given, &before) != nil || json.Unmarshal(again, &after) != nil {
				t.Fatal("not JSON")
			}
			if missing := lost("", before, after); len(missing) > 0 {
				t.Errorf("lost on the way: %v", missing)
			}
		})
	}
}

// lost are the places where after differs from before; what after has besides is no loss.
func lost(at string, before, after any) []string {
	switch b := before.(type) {
	case map[string]any:
		a, _ := after.(map[string]any)
		var out []string
		for key, value := range b {
			out = append(out, lost(at+"."+key, value, a[key])...)
		}
		return out
	case []any:
		a, _ := after.([]any)
		if len(a) != len(b) {
			return []string{at}
		}
		var out []string
		for i := range b {
			out = append(out, lost(at+"[]", b[i], a[i])...)
		}
		return out
	}
	// AWS's type reads the stream's seconds as a time of its own.
	if !reflect.DeepEqual(before, after) && !strings.HasSuffix(at, "ApproximateCreationDateTime") {
		return []string{at}
	}
	return nil
}

// invoke runs h as Lambda would, and gives back what it logged, line by line.
func invoke(ctx context.Context, t *testing.T, name string, h interface {
	Invoke(context.Context, []byte) ([]byte, error)
}, given []byte) (answer []byte, lines []map[string]any, size int, err error) {
	t.Helper()
	var log bytes.Buffer
	answer, err = entry.Wrap(h, name, obs.New(&log), clock).Invoke(ctx, given)
	size = log.Len()
	for line := range strings.Lines(log.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("log line %q: %v", line, err)
		}
		lines = append(lines, fields)
	}
	if len(lines) != 2 {
		t.Fatalf("%d lines logged, want a log line and a metrics line:\n%s", len(lines), &log)
	}
	return answer, lines, size, err
}
