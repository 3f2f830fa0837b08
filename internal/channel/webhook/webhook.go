// Package webhook sends letters to machines, signed as Standard Webhooks are.
package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/channel/hook"
	"bellwether/internal/outbound"
	"bellwether/internal/secret"
)

// Headers of a letter.
const (
	IDHeader        = "Webhook-Id"
	TimestampHeader = "Webhook-Timestamp"
	SignatureHeader = "Webhook-Signature"
)

// Timeout is how long a receiver has to answer.
const Timeout = 20 * time.Second

// keyPrefix begins a key as people see it.
const keyPrefix = "whsec_"

// Sender sends to webhooks. It is safe for concurrent use.
type Sender struct {
	Poster hook.Poster
	Now    func() time.Time
}

var _ channel.Sender = Sender{}

// Send implements channel.Sender. Each key signs: a receiver that knows one of them is content.
func (s Sender) Send(ctx context.Context, to channel.Endpoint, l channel.Letter) error {
	at := strconv.FormatInt(s.Now().Unix(), 10)
	var signatures []string
	for _, key := range to.Keys {
		signature, err := sign(key, l.ID, at, l.Event)
		if err != nil {
			return &channel.Error{Outcome: channel.Refused, Text: "its key can't be used", Err: err}
		}
		signatures = append(signatures, "v1,"+signature)
	}
	header := http.Header{
		"Content-Type": {"application/json"}, IDHeader: {l.ID}, TimestampHeader: {at}, SignatureHeader: {strings.Join(signatures, " ")},
	}
	return hook.Post(ctx, s.Poster, to.Address, header, l.Event, judge)
}

func judge(a outbound.Answer) channel.Outcome {
	switch {
	case a.Status == http.StatusGone:
		return channel.Gone
	case a.Status == http.StatusTooManyRequests || a.Status == http.StatusServiceUnavailable && a.RetryAfter > 0:
		return channel.Throttle
	case a.Status >= 300 && a.Status < 400:
		return channel.Refused // it is elsewhere, and nothing is followed
	}
	return channel.Unsent // receivers are repaired: it is tried again for a day
}

func sign(key secret.Text, id, at string, body []byte) (string, error) {
	text, ok := strings.CutPrefix(key.Reveal(), keyPrefix)
	raw, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil {
		return "", errors.New("a key is whsec_ and base64")
	}
	mac := hmac.New(sha256.New, raw)
	fmt.Fprintf(mac, "%s.%s.", id, at)
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// tolerance is how far a letter's time may be from the receiver's.
const tolerance = 5 * time.Minute

// Verify is what a receiver does: it refuses a letter that the key did not sign, or that is old.
func Verify(key secret.Text, h http.Header, body []byte, now time.Time) error {
	id, at := h.Get(IDHeader), h.Get(TimestampHeader)
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil || id == "" {
		return errors.New("the letter has no id or no time")
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
		return errors.New("the letter is not of now")
	}
	want, err := sign(key, id, at, body)
	if err != nil {
		return err
	}
	for signature := range strings.FieldsSeq(h.Get(SignatureHeader)) {
		if hmac.Equal([]byte(signature), []byte("v1,"+want)) {
			return nil
		}
	}
	return errors.New("no signature is by this key")
}
