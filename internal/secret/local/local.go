// Package local seals with a key of its own, without a service: what needs no audit of who
// opened it, like page cursors.
package local

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"

	"bellwether/internal/fault"
	"bellwether/internal/secret"
)

// minKeyText is the shortest key text that is taken: Secrets Manager generates longer ones.
const minKeyText = 32

// Sealer is AES-256-GCM under one key, a fresh nonce for each message.
type Sealer struct {
	aead   cipher.AEAD
	random io.Reader
}

var _ secret.Sealer = (*Sealer)(nil)

// New makes a sealer from a text that is hard to guess, at least 32 characters; the AES key is derived from it.
func New(key secret.Text, random io.Reader) (*Sealer, error) {
	if len(key.Reveal()) < minKeyText {
		return nil, fmt.Errorf("the key takes at least %d characters", minKeyText)
	}
	raw, err := hkdf.Key(sha256.New, []byte(key.Reveal()), nil, "bellwether/secret/local", 32)
	if err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, fmt.Errorf("make a cipher: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make a cipher: %w", err)
	}
	return &Sealer{aead, random}, nil
}

// Seal implements secret.Sealer: the nonce, then the sealed text.
func (s *Sealer) Seal(_ context.Context, plain []byte, context map[string]string) ([]byte, error) {
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return nil, fmt.Errorf("draw a nonce: %w", err)
	}
	return s.aead.Seal(nonce, nonce, plain, encode(context)), nil
}

// Open implements secret.Sealer.
func (s *Sealer) Open(_ context.Context, sealed []byte, context map[string]string) ([]byte, error) {
	size := s.aead.NonceSize()
	if len(sealed) < size {
		return nil, notOurs(nil)
	}
	plain, err := s.aead.Open(nil, sealed[:size], sealed[size:], encode(context))
	if err != nil {
		return nil, notOurs(err)
	}
	return plain, nil
}

func notOurs(err error) error {
	return &fault.Error{Kind: fault.Invalid, Code: "not_sealed_here", Message: "this was not sealed here, for this use", Err: err}
}

// encode is the context as additional data: every text behind its length, so that no two contexts are alike.
func encode(context map[string]string) []byte {
	var out []byte
	for _, name := range slices.Sorted(maps.Keys(context)) {
		for _, text := range []string{name, context[name]} {
			out = binary.BigEndian.AppendUint32(out, uint32(len(text)))
			out = append(out, text...)
		}
	}
	return out
}
