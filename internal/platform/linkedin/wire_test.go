package linkedin_test

import (
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/linkedin"
	"bellwether/internal/platform/platformtest"
	"bellwether/internal/secret"
)

var now = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)

type step = platformtest.Step

// wire is a connector whose calls are held against the steps, all of which have to be made.
func wire(t *testing.T, steps ...step) (*linkedin.Connector, *platform.Meter) {
	t.Helper()
	return connect(t, platformtest.Wire(t, steps...)), new(platform.Meter)
}

func connect(t *testing.T, base string) *linkedin.Connector {
	t.Helper()
	k, err := linkedin.New(endpoint(base), platformtest.Client(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func endpoint(base string) platform.Endpoint {
	return platform.Endpoint{
		BaseURL: base + "/rest", AuthURL: base + "/oauth/v2/authorization", TokenURL: base + "/oauth/v2/accessToken", Version: "202607", Sandbox: true,
		ClientID: "test-client", ClientSecret: secret.NewText("test-client-secret"),
	}
}

func call(m *platform.Meter, a platform.Account) platform.Call {
	return platform.Call{Token: secret.NewText("test-access"), Account: a, Meter: m}
}

var account = platform.Account{ID: "507654321", Currency: "EUR", TimeZone: "Europe/Berlin"}
