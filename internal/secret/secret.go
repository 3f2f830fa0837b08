// Package secret is the port to envelope encryption, and the type for texts that must not be seen.
package secret

import (
	"context"
	"encoding/json"
	"log/slog"
)

// Text is a secret. It prints as [redacted] wherever it is formatted, logged or encoded; Reveal is the one way to its value.
type Text struct{ value string }

const redacted = "[redacted]"

// NewText makes a secret of value.
func NewText(value string) Text { return Text{value} }

// Reveal is the secret itself.
func (t Text) Reveal() string { return t.value }

func (Text) String() string               { return redacted }
func (Text) GoString() string             { return redacted }
func (Text) MarshalJSON() ([]byte, error) { return json.Marshal(redacted) }
func (Text) MarshalText() ([]byte, error) { return []byte(redacted), nil }
func (Text) LogValue() slog.Value         { return slog.StringValue(redacted) }

// Sealer encrypts small secrets and binds them to a context: what was sealed for one
// organisation or purpose can't be opened for another.
type Sealer interface {
	Seal(ctx context.Context, plain []byte, context map[string]string) ([]byte, error)
	// Open is fault.Invalid for anything that Seal did not make with the same context.
	Open(ctx context.Context, sealed []byte, context map[string]string) ([]byte, error)
}
