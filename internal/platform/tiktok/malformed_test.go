package tiktok_test

import (
	"fmt"
	"testing"

	"bellwether/internal/platform"
	"bellwether/internal/platform/platformtest"
)

// TestMalformedRows: what can't be read is told, not taken for nothing.
func TestMalformedRows(t *testing.T) {
	const day = `"stat_time_day":"2026-11-01 00:00:00"`
	rows := []string{
		`"dimensions":{` + day + `}`, `"dimensions":{"campaign_id":"1788"}`, `"dimensions":{"campaign_id":"1788","stat_time_day":"yesterday"}`, `"metrics":{"clicks":"1"}`,
	}
	for _, field := range []string{"impressions", "clicks", "spend", "conversion"} {
		rows = append(rows, fmt.Sprintf(`"dimensions":{"campaign_id":"1788",%s},"metrics":{%q:"many"}`, day, field))
	}
	for _, row := range rows {
		k := connect(t, platformtest.Answering(t, `{"code":0,"data":{"list":[{`+row+`}],"page_info":{"total_page":1}}}`))
		_, err := k.Metrics(t.Context(), call(nil, account), "2026-11-01", "2026-11-07", "")
		if got := platform.AsError(err); got.Class != platform.ClassUnknown || got.Code != "malformed" {
			t.Errorf("%s: error %v", row, err)
		}
	}
}

func TestMalformedCampaigns(t *testing.T) {
	for _, budget := range []string{`"many"`, `"1,000.00"`, `"1e999"`} {
		k := connect(t, platformtest.Answering(t, `{"code":0,"data":{"list":[{"campaign_id":1788,"operation_status":"ENABLE","budget_mode":"BUDGET_MODE_DAY","budget":`+budget+`}],"page_info":{"total_page":1}}}`))
		_, listed := k.Campaigns(t.Context(), call(nil, account), "")
		_, read := k.Campaign(t.Context(), call(nil, account), "1788")
		for _, err := range []error{listed, read} {
			if got := platform.AsError(err); got.Class != platform.ClassUnknown || got.Code != "malformed" {
				t.Errorf("%s: error %v", budget, err)
			}
		}
	}
}

// TestNoList: an answer without its list is not an account without campaigns, nor days without results.
func TestNoList(t *testing.T) {
	for _, answer := range []string{
		`{"code":0,"message":"OK","data":{}}`, `{"code":0,"message":"OK","data":null}`, `{"code":0,"message":"OK"}`, `{"code":0,"data":[]}`, `{"code":0,"data":{"list":{},"page_info":{}}}`,
		`{"message":"OK","data":{"list":[],"page_info":{"total_page":0}}}`, `{"code":"0"`, `[]`,
	} {
		k := connect(t, platformtest.Answering(t, answer))
		_, listed := k.Campaigns(t.Context(), call(nil, account), "")
		_, read := k.Campaign(t.Context(), call(nil, account), "1788")
		_, days := k.Metrics(t.Context(), call(nil, account), "2026-11-01", "2026-11-07", "")
		for n, err := range []error{listed, read, days} {
			if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Code != "malformed" {
				t.Errorf("%s in call %d: error %v", answer, n, err)
			}
		}
	}
}

// TestRoundedID: an id that went through a float is another campaign's.
func TestRoundedID(t *testing.T) {
	k := connect(t, platformtest.Answering(t, `{"code":0,"data":{"list":[{"campaign_id":1.78e18,"operation_status":"ENABLE"}],"page_info":{"total_page":1}}}`))
	if page, err := k.Campaigns(t.Context(), call(nil, account), ""); !platform.Is(err, platform.ClassTransient) {
		t.Errorf("%+v, error %v", page, err)
	}
}

// TestMalformedAccounts: days are those of the account's zone, which is not guessed.
func TestMalformedAccounts(t *testing.T) {
	for _, zone := range []string{"", "Mars/Olympus"} {
		k := connect(t, platformtest.Answering(t, fmt.Sprintf(`{"code":0,"data":{"list":[{"advertiser_id":8727,"name":"Clips","currency":"USD","timezone":%q}]}}`, zone)))
		_, err := k.Accounts(t.Context(), call(nil, platform.Account{}))
		if got := platform.AsError(err); got.Class != platform.ClassUnknown || got.Code != "malformed" {
			t.Errorf("%q: error %v", zone, err)
		}
	}
}

func TestTokenAnswers(t *testing.T) {
	k := connect(t, platformtest.Answering(t, `{"code":0,"message":"OK","data":{"advertiser_ids":["8727"]}}`))
	if _, err := k.Exchange(t.Context(), "test-code", "", "https://app.example/callback"); !platform.Is(err, platform.ClassTransient) {
		t.Errorf("without a token: error %v", err)
	}
}
