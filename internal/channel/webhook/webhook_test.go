package webhook_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/channel/channeltest"
	"bellwether/internal/channel/sink"
	"bellwether/internal/channel/webhook"
	"bellwether/internal/outbound"
	"bellwether/internal/secret"
)

func TestContract(t *testing.T) {
	channeltest.Run(t, channel.Webhook, func(p outbound.Poster) channel.Sender { return webhook.Sender{Poster: p, Now: channeltest.Now} })
}

// The example that the specification of Standard Webhooks gives.
func TestTheSpecificationsExample(t *testing.T) {
	key := secret.NewText("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	header := http.Header{
		webhook.IDHeader: {"msg_p5jXN8AQM9LWM0D4loKWxJek"}, webhook.TimestampHeader: {"1614265330"},
		webhook.SignatureHeader: {"v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
	}
	body, at := []byte(`{"test": 2432232314}`), time.Unix(1614265330, 0)
	for _, tt := range []struct {
		name string
		key  secret.Text
		body []byte
		at   time.Time
		good bool
	}{
		{"as it is", key, body, at, true},
		{"five minutes later", key, body, at.Add(5 * time.Minute), true},
		{"too old", key, body, at.Add(5*time.Minute + time.Second), false},
		{"of the future", key, body, at.Add(-5*time.Minute - time.Second), false},
		{"another body", key, []byte(`{"test": 2432232315}`), at, false},
		{"no key", secret.NewText("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), body, at, false},
		{"a wrong key", secret.NewText("whsec_AAAA"), body, at, false},
	} {
		if err := webhook.Verify(tt.key, header, tt.body, tt.at); (err == nil) != tt.good {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// While keys are rotated, a letter is signed by both.
func TestBothKeysSign(t *testing.T) {
	for _, known := range []secret.Text{secret.NewText("whsec_AAAA"), channeltest.Key} {
		s := sink.New(channeltest.Now)
		s.Expect(known)
		server := httptest.NewServer(s)
		defer server.Close()
		to := channel.Endpoint{Address: secret.NewText(server.URL + "/webhook/x"), Keys: []secret.Text{secret.NewText("whsec_AAAA"), channeltest.Key}}
		sender := webhook.Sender{Poster: outbound.NewPoster(outbound.Guard{Private: true}, webhook.Timeout), Now: channeltest.Now}
		if err := sender.Send(t.Context(), to, channeltest.Letter()); err != nil || !s.Received()[0].Signed {
			t.Errorf("who knows one of the keys gets %v", err)
		}
	}
}
