package authorize

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"math/big"
	"slices"
)

// webKey is a JSON Web Key (RFC 7517), as far as it can sign tokens.
type webKey struct {
	ID    string `json:"kid"`
	Type  string `json:"kty"`
	Use   string `json:"use"`
	Alg   string `json:"alg"`
	N     string `json:"n"` // RSA
	E     string `json:"e"`
	Curve string `json:"crv"` // EC
	X     string `json:"x"`
	Y     string `json:"y"`
}

// signingKey is a public key and the one algorithm that it is used with.
type signingKey struct {
	public crypto.PublicKey
	alg    string
}

const minModulusBits = 2048

var errUnusable = errors.New("no key for signatures by RS256 or ES256")

func (w webKey) signingKey() (signingKey, error) {
	if w.ID == "" || (w.Use != "" && w.Use != "sig") {
		return signingKey{}, errUnusable
	}
	switch {
	case w.Type == "RSA" && (w.Alg == "" || w.Alg == "RS256"):
		public, err := w.rsa()
		return signingKey{public, "RS256"}, err
	case w.Type == "EC" && w.Curve == "P-256" && (w.Alg == "" || w.Alg == "ES256"):
		public, err := w.p256()
		return signingKey{public, "ES256"}, err
	default:
		return signingKey{}, errUnusable
	}
}

func (w webKey) rsa() (*rsa.PublicKey, error) {
	n, err := base64.RawURLEncoding.DecodeString(w.N)
	if err != nil {
		return nil, err
	}
	e, err := base64.RawURLEncoding.DecodeString(w.E)
	if err != nil {
		return nil, err
	}
	modulus, exponent := new(big.Int).SetBytes(n), new(big.Int).SetBytes(e)
	if modulus.BitLen() < minModulusBits || exponent.BitLen() > 31 || exponent.Int64() < 3 || exponent.Bit(0) == 0 {
		return nil, errUnusable
	}
	return &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}, nil
}

func (w webKey) p256() (*ecdsa.PublicKey, error) {
	x, err := coordinate(w.X)
	if err != nil {
		return nil, err
	}
	y, err := coordinate(w.Y)
	if err != nil {
		return nil, err
	}
	// It refuses a point that is not on the curve.
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
}

func coordinate(text string) ([]byte, error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) > 32 {
		return nil, errUnusable
	}
	return slices.Concat(make([]byte, 32-len(b)), b), nil
}
