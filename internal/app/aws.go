package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

const (
	maxAttempts = 4
	firstDelay  = 25 * time.Millisecond
	maxDelay    = time.Second
)

// loadAWS makes the SDK's configuration by hand. config.LoadDefaultConfig looks into files, SSO
// and instance metadata, none of which a Lambda function has, and costs 0.85 ms of init.
func loadAWS(lookup func(string) string, client *http.Client) (aws.Config, error) {
	region := lookup("AWS_REGION")
	if region == "" {
		region = lookup("AWS_DEFAULT_REGION")
	}
	if region == "" {
		return aws.Config{}, errors.New("AWS_REGION is not set")
	}
	credentials := aws.Credentials{
		AccessKeyID:     lookup("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: lookup("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    lookup("AWS_SESSION_TOKEN"),
		Source:          "environment",
	}
	c := aws.Config{
		Region: region,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			if !credentials.HasKeys() {
				return aws.Credentials{}, errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
			}
			return credentials, nil
		}),
		HTTPClient:    client,
		Retryer:       newRetryer,
		ConfigSources: []any{endpoints{lookup}},
	}
	if url := lookup("AWS_ENDPOINT_URL"); url != "" {
		c.BaseEndpoint = aws.String(url)
	}
	return c, nil
}

// newRetryer is the one layer that retries calls. Its delays fit into an invocation: the
// SDK's own begin at a second and end at twenty.
func newRetryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) {
			limit := min(firstDelay<<min(attempt, 10), maxDelay)
			return rand.N(limit), nil
		})
	})
}

// newHTTPClient keeps connections open between invocations: a new TLS handshake costs five times a call.
func newHTTPClient() *http.Client {
	dialer := &net.Dialer{Timeout: time.Second, KeepAlive: 30 * time.Second}
	return &http.Client{
		Timeout: 5 * time.Second,
		Transport: &http.Transport{
			DialContext:           dialer.DialContext,
			TLSHandshakeTimeout:   2 * time.Second,
			ResponseHeaderTimeout: 4 * time.Second,
			IdleConnTimeout:       55 * time.Second,
			MaxIdleConnsPerHost:   16,
			MaxConnsPerHost:       16, // a handshake costs five times a call
			ForceAttemptHTTP2:     false,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// endpoints is the SDK's AWS_ENDPOINT_URL_<SERVICE>, which LoadDefaultConfig would have read.
type endpoints struct{ lookup func(string) string }

// GetServiceBaseEndpoint is asked by every service client that is made from the configuration.
func (e endpoints) GetServiceBaseEndpoint(_ context.Context, sdkID string) (string, bool, error) {
	url := e.lookup("AWS_ENDPOINT_URL_" + strings.ToUpper(strings.ReplaceAll(sdkID, " ", "_")))
	return url, url != "", nil
}

// parseTargets reads "name=arn,name=arn", or addresses in place of ARNs, from the variable.
func parseTargets(variable, s string) (map[string]string, error) {
	targets := map[string]string{}
	for pair := range strings.SplitSeq(s, ",") {
		if pair == "" {
			continue
		}
		name, arn, ok := strings.Cut(pair, "=")
		if !ok || name == "" || arn == "" {
			return nil, fmt.Errorf("%s: %q is not name=arn", variable, pair)
		}
		targets[name] = arn
	}
	return targets, nil
}
