package local_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"bellwether/internal/fault"
	"bellwether/internal/secret"
	"bellwether/internal/secret/local"
	"bellwether/internal/secret/secrettest"
)

const keyText = "a text that nobody guesses, 0123456789"

func sealer(t *testing.T, key string, random io.Reader) *local.Sealer {
	t.Helper()
	s, err := local.New(secret.NewText(key), random)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOpenWantsTheSameContext(t *testing.T) {
	s := sealer(t, keyText, rand.NewChaCha8([32]byte{1}))
	context := map[string]string{"org": "a", "route": "bc"}
	for _, plain := range []string{"", "a", strings.Repeat("long ", 1000)} {
		sealed, err := s.Seal(t.Context(), []byte(plain), context)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Open(t.Context(), sealed, map[string]string{"route": "bc", "org": "a"}); err != nil || string(got) != plain {
			t.Errorf("%.10q: %q, error %v", plain, got, err)
		}
		for _, other := range []map[string]string{
			nil, {}, {"org": "a"}, {"org": "b", "route": "bc"}, {"org": "ab", "route": "c"}, {"org": "a", "route": "bc", "x": ""},
			{"orga": "", "route": "bc"}, {"org": "a", "rout": "ebc"},
		} {
			if got, err := s.Open(t.Context(), sealed, other); !fault.Is(err, fault.Invalid) || got != nil {
				t.Errorf("context %v: %q, error %v", other, got, err)
			}
		}
	}
}

func TestSealer(t *testing.T) { secrettest.Run(t, sealer(t, keyText, rand.NewChaCha8([32]byte{1}))) }

func TestOpenWantsTheSameKey(t *testing.T) {
	sealed, err := sealer(t, keyText, rand.NewChaCha8([32]byte{1})).Seal(t.Context(), []byte("plain"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sealer(t, keyText+"!", nil).Open(t.Context(), sealed, nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("another key: error %v", err)
	}
}

func TestNoncesDiffer(t *testing.T) {
	s := sealer(t, keyText, rand.NewChaCha8([32]byte{1}))
	seen := map[string]bool{}
	for range 1000 {
		sealed, err := s.Seal(t.Context(), []byte("plain"), nil)
		if err != nil || seen[string(sealed[:12])] {
			t.Fatalf("nonce seen before, error %v", err)
		}
		seen[string(sealed[:12])] = true
	}
}

func TestFailures(t *testing.T) {
	if _, err := local.New(secret.NewText("too short"), nil); err == nil || strings.Contains(err.Error(), "too short") {
		t.Errorf("a short key: %v", err)
	}
	s := sealer(t, keyText, iotest.ErrReader(errors.New("no randomness")))
	if sealed, err := s.Seal(t.Context(), []byte("plain"), nil); err == nil {
		t.Errorf("sealed %x without a nonce", sealed)
	}
}
