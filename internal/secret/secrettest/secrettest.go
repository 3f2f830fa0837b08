// Package secrettest is the suite that every secret.Sealer passes.
package secrettest

import (
	"bytes"
	"testing"

	"bellwether/internal/fault"
	"bellwether/internal/secret"
)

// Run holds a sealer to the port.
func Run(t *testing.T, s secret.Sealer) {
	ours := map[string]string{"orgId": "a", "integrationId": "b"}
	seal := func(t *testing.T, plain string) []byte {
		t.Helper()
		sealed, err := s.Seal(t.Context(), []byte(plain), ours)
		if err != nil {
			t.Fatal(err)
		}
		return sealed
	}
	t.Run("opens what it sealed", func(t *testing.T) {
		for _, plain := range []string{"", "a", "token-0123456789", string(bytes.Repeat([]byte("x"), 5000))} {
			sealed := seal(t, plain)
			byChance := len(plain) < 8 // so short a text may stand among random bytes
			if !byChance && bytes.Contains(sealed, []byte(plain)) {
				t.Error("the sealed text shows the plain one")
			}
			opened, err := s.Open(t.Context(), sealed, ours)
			if err != nil || string(opened) != plain {
				t.Errorf("%d bytes come back as %d (%v)", len(plain), len(opened), err)
			}
		}
	})
	t.Run("seals twice differently", func(t *testing.T) {
		if bytes.Equal(seal(t, "same"), seal(t, "same")) {
			t.Error("two sealed texts are alike")
		}
	})
	t.Run("opens nothing in another context", func(t *testing.T) {
		sealed := seal(t, "token")
		for _, other := range []map[string]string{
			nil, {"orgId": "a"}, {"orgId": "b", "integrationId": "a"}, {"orgId": "a", "integrationId": "c"}, {"orgId": "a", "integrationId": "b", "more": ""},
		} {
			if opened, err := s.Open(t.Context(), sealed, other); !fault.Is(err, fault.Invalid) || opened != nil {
				t.Errorf("it opens in %v: %v", other, err)
			}
		}
	})
	t.Run("opens nothing that was changed", func(t *testing.T) {
		sealed := seal(t, "token")
		for i := range sealed {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1
			if _, err := s.Open(t.Context(), changed, ours); !fault.Is(err, fault.Invalid) {
				t.Fatalf("byte %d of %d can be changed: %v", i, len(sealed), err)
			}
		}
		for n := range len(sealed) {
			if _, err := s.Open(t.Context(), sealed[:n], ours); !fault.Is(err, fault.Invalid) {
				t.Fatalf("it can be cut to %d bytes: %v", n, err)
			}
		}
	})
}
