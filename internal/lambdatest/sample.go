package lambdatest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"bellwether/internal/delivery"
	"bellwether/internal/event"
	"bellwether/internal/produce"
	"bellwether/internal/sam"
	"bellwether/internal/store"
	"bellwether/internal/tenant"
)

// Sample is a payload that a function must be able to answer.
type Sample struct {
	What    string // "GET /v1/campaigns", "CampaignCreated"
	HTTP    bool
	Payload []byte
}

// Samples are payloads of everything that the template lets invoke the function.
func (w *World) Samples(name string) ([]Sample, error) {
	f, ok := w.function(name)
	if !ok {
		return []Sample{{What: "nothing", Payload: []byte("{}")}}, nil
	}
	var out []Sample
	for _, route := range f.Routes {
		out = append(out, w.httpSample(route))
	}
	for _, rule := range f.Rules {
		for _, kind := range rule.Pattern.Texts("detail-type") {
			payload, err := os.ReadFile(filepath.Join(w.root, "events", kind+".json"))
			if err != nil {
				return nil, err
			}
			out = append(out, Sample{What: kind, Payload: payload})
		}
	}
	if len(f.Streams) > 0 {
		s, err := w.streamSample()
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	if w.template.Authorizer != nil && w.template.Authorizer.Function == name {
		out = append(out, w.authorizerSample())
	}
	for _, q := range f.Queues {
		out = append(out, queueSample(q.Queue))
	}
	for _, schedule := range f.Schedules {
		out = append(out, Sample{What: "every " + schedule.Every.String(), Payload: []byte(cmp.Or(schedule.Input, "{}"))})
	}
	if len(out) == 0 { // what nothing else invokes, a timer does
		out = append(out, timerSample())
	}
	return out, nil
}

// Sample is one of Samples that succeeds: a list where there is one, or else the first that reads.
func (w *World) Sample(name string) ([]byte, error) {
	all, err := w.Samples(name)
	if err != nil {
		return nil, err
	}
	best := all[0]
	for _, s := range all {
		if !strings.HasPrefix(s.What, "GET ") {
			continue
		}
		if !strings.Contains(s.What, "{") {
			return s.Payload, nil
		}
		if !strings.HasPrefix(best.What, "GET ") {
			best = s
		}
	}
	return best.Payload, nil
}

// FreshEvent is the function's sample event as another occurrence, the n'th, about a campaign that
// has changed since: what is done for it was not done before.
func (w *World) FreshEvent(ctx context.Context, name string, n int) ([]byte, error) {
	payload, err := w.Sample(name)
	if err != nil {
		return nil, err
	}
	var in map[string]any
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, err
	}
	meta := in["detail"].(map[string]any)["meta"].(map[string]any)
	meta["id"], meta["sequence"] = event.Derive("fresh", fmt.Sprint(n)), 1000+n
	campaign, err := w.Table.Get(ctx, store.Org(OrgID).Campaign(CampaignID))
	if err != nil {
		return nil, err
	}
	campaign.Version = int64(1000 + n)
	if err := w.Table.Write(ctx, "", store.Put(campaign, store.Always())); err != nil {
		return nil, err
	}
	return json.Marshal(in)
}

// FloorOrder makes the function of Floor read the campaign, and write it, so many times.
func FloorOrder(pairs int) []byte {
	key := store.Org(OrgID).Campaign(CampaignID)
	return encode(map[string]any{"Pairs": pairs, "PK": key.PK, "SK": key.SK})
}

// httpSample asks a route about the samples' campaign, as the organisation's owner.
func (w *World) httpSample(route sam.Route) Sample {
	path, params := route.Path, map[string]string{}
	for part := range strings.SplitSeq(route.Path, "/") {
		if param, ok := strings.CutPrefix(part, "{"); ok {
			path = strings.Replace(path, part, CampaignID, 1)
			params[strings.TrimSuffix(param, "}")] = CampaignID
		}
	}
	owner := tenant.Principal{ID: UserID, OrgID: OrgID, Role: tenant.Owner, Actor: "user/" + UserID, Email: "kim@example.com", Name: "Kim"}
	context := gatewayContext(route.Method, path)
	if !route.Public {
		context["authorizer"] = map[string]any{"lambda": owner.AuthorizerContext()}
	}
	return Sample{What: route.Method + " " + route.Path, HTTP: true, Payload: encode(map[string]any{
		"version": "2.0", "routeKey": route.Method + " " + route.Path, "rawPath": path, "rawQueryString": "",
		"headers":        map[string]string{"accept": "application/json", "content-type": "application/json"},
		"requestContext": context, "pathParameters": params, "isBase64Encoded": false,
	})}
}

func gatewayContext(method, path string) map[string]any {
	return map[string]any{
		"accountId": "123456789012", "apiId": "a1b2c3d4e5", "domainName": "api.example.com", "domainPrefix": "api",
		"http":      map[string]any{"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "test"},
		"requestId": "BkQ2XhVZFiAEMvQ=", "routeKey": method + " " + path, "stage": "$default",
		"time": "20/Nov/2026:18:00:05 +0000", "timeEpoch": 1795197605123,
	}
}

func (w *World) authorizerSample() Sample {
	credential := "Bearer " + w.apiKey
	return Sample{What: "an API key", Payload: encode(map[string]any{
		"version": "2.0", "type": "REQUEST", "routeKey": "GET /v1/campaigns", "rawPath": "/v1/campaigns", "rawQueryString": "",
		"routeArn":       "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/$default/GET/v1/campaigns",
		"identitySource": []string{credential},
		"headers":        map[string]string{"authorization": credential},
		"requestContext": gatewayContext("GET", "/v1/campaigns"),
	})}
}

// streamSample is the table's record of the write that carried a sample event.
func (w *World) streamSample() (Sample, error) {
	payload, err := os.ReadFile(filepath.Join(w.root, "events", "CampaignCreated.json"))
	if err != nil {
		return Sample{}, err
	}
	var in struct{ Detail event.Raw }
	if err := json.Unmarshal(payload, &in); err != nil {
		return Sample{}, fmt.Errorf("CampaignCreated.json: %w", err)
	}
	return Sample{What: "a stream record", Payload: StreamRecord("1", in.Detail)}, nil
}

// StreamRecord is a batch with one record of the table's stream: a write that carried the event.
func StreamRecord(sequence string, e event.Raw) []byte {
	key := map[string]any{"PK": map[string]string{"S": "ORG#" + e.Meta.OrgID + "#" + e.Meta.Subject}, "SK": map[string]string{"S": "-"}}
	image := map[string]any{
		"PK": key["PK"], "SK": key["SK"], "doc": map[string]string{"S": "{}"},
		"events": map[string]string{"S": string(encode([]event.Raw{e}))},
	}
	return encode(map[string]any{"Records": []any{map[string]any{
		"eventID": "c4ca4238a0b923820dcc509a6f75849b", "eventName": "INSERT", "eventVersion": "1.1",
		"eventSource": "aws:dynamodb", "awsRegion": "eu-central-1",
		"dynamodb": map[string]any{"Keys": key, "NewImage": image, "SequenceNumber": sequence, "StreamViewType": "NEW_AND_OLD_IMAGES"},
	}}})
}

// queueSample is a message for the reader of the queue: about the account of the samples, whose sync is not
// due, or a target for which nothing is.
func queueSample(queue string) Sample {
	body := encode(produce.SyncMessage{OrgID: OrgID, IntegrationID: IntegrationID})
	if queue == "AlertQueue" {
		body = encode(delivery.Errand{Wake: &delivery.Outgoing{OrgID: OrgID, Target: delivery.ChannelTarget(IntegrationID)}})
	}
	return Sample{What: "a message", Payload: encode(map[string]any{"Records": []any{map[string]any{
		"messageId": event.Derive("message"), "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a", "eventSource": "aws:sqs",
		"eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:syncs", "awsRegion": "eu-central-1",
		"attributes":        map[string]string{"ApproximateReceiveCount": "1", "SentTimestamp": "1795197605123"},
		"messageAttributes": map[string]any{},
		"body":              string(body),
	}}})}
}

func timerSample() Sample {
	return Sample{What: "a timer", Payload: encode(produce.Deadline{
		Kind: produce.BudgetPeriodEnded, OrgID: OrgID, CampaignID: CampaignID, PeriodStart: "2026-11-01",
		CorrelationID: event.Derive("correlation"), CausationID: event.Derive("cause"),
	})}
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // what is encoded here is made of texts
	}
	return b
}
