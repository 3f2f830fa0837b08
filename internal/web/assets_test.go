package web

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// The libraries are those that npm has: htmx.org 2.0.11 and idiomorph 0.8.0.
func TestLibrariesAreWhole(t *testing.T) {
	for name, want := range map[string]string{
		"htmx.min.js":          "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
		"idiomorph-ext.min.js": "5811b9a7eda14878b7dab4378bf60432e1bb6f11fcfb970cc26540642650181e",
	} {
		text, err := files.ReadFile("assets/" + name)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(text)
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("%s has the sum %s", name, got)
		}
	}
}
