package sandbox_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"bellwether/internal/platform"
	"bellwether/internal/platform/google"
	"bellwether/internal/platform/linkedin"
	"bellwether/internal/platform/meta"
	"bellwether/internal/platform/platformtest"
	"bellwether/internal/platform/tiktok"
)

// makers are the connectors that visit. That they get on with the sandbox is shown by their own packages.
var makers = map[string]func(platform.Endpoint, platform.Client) (platform.Connector, error){
	platform.Meta:     func(e platform.Endpoint, c platform.Client) (platform.Connector, error) { return meta.New(e, c) },
	platform.Google:   func(e platform.Endpoint, c platform.Client) (platform.Connector, error) { return google.New(e, c) },
	platform.LinkedIn: func(e platform.Endpoint, c platform.Client) (platform.Connector, error) { return linkedin.New(e, c) },
	platform.TikTok:   func(e platform.Endpoint, c platform.Client) (platform.Connector, error) { return tiktok.New(e, c) },
}

func open(t *testing.T, name string) *platformtest.Visit {
	t.Helper()
	return platformtest.Open(t, platformtest.Subject{Platform: name, New: makers[name]})
}

// send makes a request of its own, as clients do that are not ours.
func send(t *testing.T, v *platformtest.Visit, method, address, body string, header map[string]string) (status int, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+v.Grant.Access.Reveal())
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	all, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(all)
}
