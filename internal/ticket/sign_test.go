package ticket_test

import (
	"strings"
	"testing"

	"bellwether/internal/fault"
	"bellwether/internal/secret"
	"bellwether/internal/ticket"
)

// TestVerify holds the signature to the example in GitHub's documentation.
func TestVerify(t *testing.T) {
	body, key := []byte("Hello, World!"), secret.NewText("It's a Secret to Everybody")
	const good = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
	if err := ticket.Verify(body, good, key); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"", "sha256=", strings.TrimPrefix(good, "sha256="), good[:len(good)-1] + "6", "sha1=" + good[7:], good + "00", good[:len(good)-2]} {
		if err := ticket.Verify(body, bad, key); !fault.Is(err, fault.Denied) {
			t.Errorf("%q: error %v", bad, err)
		}
	}
	if err := ticket.Verify(body, ticket.Sign(body, secret.Text{}), secret.Text{}); !fault.Is(err, fault.Denied) {
		t.Errorf("signed with nothing: %v", err)
	}
}

func TestCut(t *testing.T) {
	for text, want := range map[string]string{"東京タ": "東京タ", "東京タワ": "東京…", "": ""} {
		if got := ticket.Cut(text, 3); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
