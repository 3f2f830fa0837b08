package meta_test

import (
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/meta"
	"bellwether/internal/platform/platformtest"
	"bellwether/internal/secret"
)

var now = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)

type step = platformtest.Step

// wire is a connector whose calls are held against the steps, all of which have to be made.
func wire(t *testing.T, steps ...step) (*meta.Connector, *platform.Meter) {
	t.Helper()
	return connect(t, platformtest.Wire(t, steps...)), new(platform.Meter)
}

func connect(t *testing.T, base string) *meta.Connector {
	t.Helper()
	k, err := meta.New(endpoint(base), platformtest.Client(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func endpoint(base string) platform.Endpoint {
	return platform.Endpoint{
		BaseURL: base, AuthURL: base + "/dialog/oauth", TokenURL: base + "/oauth/access_token", Version: "v25.0", Sandbox: true,
		ClientID: "test-client", ClientSecret: secret.NewText("test-client-secret"), VerifyToken: secret.NewText("test-verify"),
	}
}

func call(m *platform.Meter, a platform.Account) platform.Call {
	return platform.Call{Token: secret.NewText("test-access"), Account: a, Meter: m}
}

var account = platform.Account{ID: "act_1019283746", Currency: "USD", TimeZone: "America/New_York"}
