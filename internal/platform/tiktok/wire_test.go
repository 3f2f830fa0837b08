package tiktok_test

import (
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/platformtest"
	"bellwether/internal/platform/tiktok"
	"bellwether/internal/secret"
)

var now = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)

type step = platformtest.Step

// wire is a connector whose calls are held against the steps, all of which have to be made.
func wire(t *testing.T, steps ...step) (*tiktok.Connector, *platform.Meter) {
	t.Helper()
	return connect(t, platformtest.Wire(t, steps...)), new(platform.Meter)
}

func connect(t *testing.T, base string) *tiktok.Connector {
	t.Helper()
	k, err := tiktok.New(endpoint(base), platformtest.Client(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func endpoint(base string) platform.Endpoint {
	return platform.Endpoint{
		BaseURL: base + "/open_api", AuthURL: base + "/portal/auth", TokenURL: base + "/open_api/v1.3/oauth2/access_token/", Version: "v1.3", Sandbox: true,
		ClientID: "test-client", ClientSecret: secret.NewText("test-client-secret"),
	}
}

func call(m *platform.Meter, a platform.Account) platform.Call {
	return platform.Call{Token: secret.NewText("test-access"), Account: a, Meter: m}
}

var account = platform.Account{ID: "7012345678901234567", Currency: "USD", TimeZone: "America/Los_Angeles"}
