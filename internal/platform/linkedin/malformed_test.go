package linkedin_test

import (
	"fmt"
	"testing"

	"bellwether/internal/platform"
	"bellwether/internal/platform/platformtest"
)

// TestMalformedRows: what can't be read is told, not taken for nothing.
func TestMalformedRows(t *testing.T) {
	const good = `"pivotValues":["urn:li:sponsoredCampaign:1001"]`
	rows := []string{`"clicks":1`, `"pivotValues":["urn:li:sponsoredAccount:1"]`, `"pivotValues":["urn:li:sponsoredCampaign:1","urn:li:sponsoredCampaign:2"]`}
	for _, field := range []string{"impressions", "clicks", "costInLocalCurrency", "externalWebsiteConversions"} {
		rows = append(rows, fmt.Sprintf(`%s,%q:"many"`, good, field))
	}
	for _, row := range rows {
		k := connect(t, platformtest.Answering(t, `{"elements":[{"dateRange":{"start":{"year":2026,"month":11,"day":1}},`+row+`}]}`))
		_, err := k.Metrics(t.Context(), call(nil, account), "2026-11-01", "2026-11-07", "")
		if got := platform.AsError(err); got.Class != platform.ClassUnknown || got.Code != "malformed" {
			t.Errorf("%s: error %v", row, err)
		}
	}
}

func TestMalformedCampaigns(t *testing.T) {
	for _, budget := range []string{`{"amount":"1.2345678","currencyCode":"EUR"}`, `{"amount":"x","currencyCode":"EUR"}`, `{"amount":"1.00","currencyCode":"euro"}`} {
		const one = `"id":1001,"status":"ACTIVE","totalBudget":`
		k := connect(t, platformtest.Answering(t, `{`+one+budget+`,"elements":[{`+one+budget+`}]}`))
		_, listed := k.Campaigns(t.Context(), call(nil, account), "")
		_, read := k.Campaign(t.Context(), call(nil, account), "1001")
		for _, err := range []error{listed, read} {
			if got := platform.AsError(err); got.Class != platform.ClassUnknown || got.Code != "malformed" {
				t.Errorf("%s: error %v", budget, err)
			}
		}
	}
}

func TestTokenAnswers(t *testing.T) {
	k := connect(t, platformtest.Answering(t, `{"expires_in":3599}`))
	if _, err := k.Exchange(t.Context(), "test-code", "", "https://app.example/callback"); !platform.Is(err, platform.ClassTransient) {
		t.Errorf("without a token: error %v", err)
	}
}
