package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"bellwether/internal/platform"
)

// TestGoogleRefuses what Google would.
func TestGoogleRefuses(t *testing.T) {
	v := open(t, platform.Google)
	a := v.Accounts(t)[0]
	base := v.Endpoint.BaseURL
	tests := []struct{ name, address, body, want string }{
		{"a page size", "/v25/customers/" + a.ID + "/googleAds:search", `{"query":"SELECT campaign.id FROM campaign","pageSize":100}`, "PAGE_SIZE_NOT_SUPPORTED"},
		{"a query that it can't read", "/v25/customers/" + a.ID + "/googleAds:search", `{"query":"SELECT ad.id FROM ad"}`, "UNEXPECTED_INPUT"},
		{"a version that is over", "/v18/customers/" + a.ID + "/googleAds:search", `{}`, "UNSUPPORTED_VERSION"},
		{"a foreign customer", "/v25/customers/1/googleAds:search", `{"query":"SELECT campaign.id FROM campaign"}`, "USER_PERMISSION_DENIED"},
		{"a number that is no text", "/v25/customers/" + a.ID + "/campaignBudgets:mutate", `{"operations":[{"updateMask":"amountMicros","update":{"resourceName":"customers/` + a.ID + `/campaignBudgets/7002","amountMicros":50000000}}]}`, "INVALID_INPUT"},
		{"half a cent", "/v25/customers/" + a.ID + "/campaignBudgets:mutate", `{"operations":[{"updateMask":"amountMicros","update":{"resourceName":"customers/` + a.ID + `/campaignBudgets/7002","amountMicros":"50005000"}}]}`, "NON_MULTIPLE_OF_MINIMUM_CURRENCY_UNIT"},
		{"a path that is none", "/v25/accounts", `{}`, "Error 404"},
	}
	for _, tt := range tests {
		if status, text := send(t, v, http.MethodPost, base+tt.address, tt.body, nil); status < 400 || !strings.Contains(text, tt.want) {
			t.Errorf("%s: %d %s", tt.name, status, text)
		}
	}
	dry := `{"validateOnly":true,"operations":[{"updateMask":"status","update":{"resourceName":"customers/` + a.ID + `/campaigns/21000000002","status":"PAUSED"}}]}`
	if status, text := send(t, v, http.MethodPost, base+"/v25/customers/"+a.ID+"/campaigns:mutate", dry, nil); status != 200 || len(v.World().Log()) > 0 {
		t.Errorf("a dry run: %d %s, log %v", status, text, v.World().Log())
	}
}
