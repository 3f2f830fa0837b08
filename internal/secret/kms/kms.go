// Package kms seals with keys that AWS KMS keeps: each secret under a data key of its own, which only
// KMS can open, and only in the context in which it was made. Every opening is in the key's audit trail.
package kms

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"

	"bellwether/internal/fault"
	"bellwether/internal/secret"
)

// version is the first byte of what Seal makes: the version, the length of the encrypted data key in two
// bytes, that key, the nonce, the sealed text.
const version = 1

// Sealer is envelope encryption under one key. It is safe for concurrent use.
type Sealer struct {
	client *kms.Client
	keyID  string
	random io.Reader
}

var _ secret.Sealer = (*Sealer)(nil)

// New makes the sealer with the given key's ARN.
func New(cfg aws.Config, keyARN string, random io.Reader) *Sealer {
	return &Sealer{client: kms.NewFromConfig(cfg), keyID: keyARN, random: random}
}

// Seal implements secret.Sealer.
func (s *Sealer) Seal(ctx context.Context, plain []byte, context map[string]string) ([]byte, error) {
	key, err := s.client.GenerateDataKey(ctx, &kms.GenerateDataKeyInput{KeyId: &s.keyID, KeySpec: types.DataKeySpecAes256, EncryptionContext: context})
	if err != nil {
		return nil, wrap(err)
	}
	defer clear(key.Plaintext)
	aead, err := cipherOf(key.Plaintext)
	if err != nil {
		return nil, err
	}
	if len(key.CiphertextBlob) > 1<<16-1 {
		return nil, fault.New(fault.Permanent, "key_too_long", "the data key is too long")
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return nil, fmt.Errorf("draw a nonce: %w", err)
	}
	out := binary.BigEndian.AppendUint16([]byte{version}, uint16(len(key.CiphertextBlob)))
	out = append(out, key.CiphertextBlob...)
	out = append(out, nonce...)
	return aead.Seal(out, nonce, plain, out), nil // all before the text is authenticated with it
}

// Open implements secret.Sealer.
func (s *Sealer) Open(ctx context.Context, sealed []byte, context map[string]string) ([]byte, error) {
	const head = 3
	if len(sealed) < head || sealed[0] != version {
		return nil, notOurs(nil)
	}
	end := head + int(binary.BigEndian.Uint16(sealed[1:head]))
	if len(sealed) < end || end == head {
		return nil, notOurs(nil)
	}
	key, err := s.client.Decrypt(ctx, &kms.DecryptInput{KeyId: &s.keyID, CiphertextBlob: sealed[head:end], EncryptionContext: context})
	if err != nil {
		return nil, wrap(err)
	}
	defer clear(key.Plaintext)
	aead, err := cipherOf(key.Plaintext)
	if err != nil {
		return nil, err
	}
	text := end + aead.NonceSize()
	if len(sealed) < text {
		return nil, notOurs(nil)
	}
	plain, err := aead.Open(nil, sealed[end:text], sealed[text:], sealed[:text])
	if err != nil {
		return nil, notOurs(err)
	}
	return plain, nil
}

func cipherOf(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fault.Wrap(err, fault.Permanent, "bad_data_key", "the data key can't be used")
	}
	return cipher.NewGCM(block)
}

func notOurs(err error) error {
	return &fault.Error{Kind: fault.Invalid, Code: "not_sealed_here", Message: "this was not sealed here, for this use", Err: err}
}

// wrap sorts a failure: KMS tells by its code what was changed, what is forbidden, and what may pass.
func wrap(err error) error {
	_, ciphertext := errors.AsType[*types.InvalidCiphertextException](err)
	_, otherKey := errors.AsType[*types.IncorrectKeyException](err)
	if ciphertext || otherKey {
		return notOurs(err)
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		switch api.ErrorCode() {
		case "AccessDeniedException", "NotFoundException", "DisabledException", "KMSInvalidStateException":
			return fault.Wrap(err, fault.Permanent, "key_unavailable", "the key may not be used")
		}
	}
	return fault.Wrap(err, fault.Retryable, "key_service_unavailable", "the key service did not answer")
}
