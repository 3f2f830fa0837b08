package parallel_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"bellwether/internal/parallel"
)

func TestSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		if err := parallel.Sleep(t.Context(), time.Minute); err != nil || time.Since(started) != time.Minute {
			t.Errorf("error %v after %v", err, time.Since(started))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := parallel.Sleep(ctx, time.Minute); !errors.Is(err, context.DeadlineExceeded) || time.Since(started) != 61*time.Second {
			t.Errorf("error %v after %v", err, time.Since(started))
		}
	})
}
