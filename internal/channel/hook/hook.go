// Package hook posts letters to addresses that people gave, and tells what is known of them after.
package hook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/outbound"
	"bellwether/internal/secret"
)

// Poster posts one body.
type Poster interface {
	Post(ctx context.Context, address string, header http.Header, body []byte) (outbound.Answer, error)
}

// Post sends the body; judge says what an answer that is no success means. Errors are *channel.Error.
func Post(ctx context.Context, p Poster, to secret.Text, header http.Header, body []byte, judge func(outbound.Answer) channel.Outcome) error {
	if err := ctx.Err(); err != nil {
		return &channel.Error{Outcome: channel.Unsent, Text: "there was no time left to send it", Err: err}
	}
	answer, err := p.Post(ctx, to.Reveal(), header, body)
	if e, ok := errors.AsType[*outbound.PostError](err); ok {
		switch {
		case e.Refused:
			return &channel.Error{Outcome: channel.Refused, Text: "its address " + outbound.ErrBlocked.Error(), Err: err}
		case e.Maybe:
			return &channel.Error{Outcome: channel.Unknown, Text: "no answer came", Err: err}
		}
		return &channel.Error{Outcome: channel.Unsent, Text: "its server can't be reached", Err: err}
	}
	if err != nil {
		return &channel.Error{Outcome: channel.Unknown, Text: "no answer came", Err: err}
	}
	if answer.Status >= 200 && answer.Status < 300 {
		return nil
	}
	e := &channel.Error{Outcome: judge(answer), Text: fmt.Sprintf("its server answered %d", answer.Status), RetryAfter: answer.RetryAfter}
	if e.Outcome == channel.Throttle {
		e.RetryAfter = max(e.RetryAfter, time.Second)
	}
	return e
}
