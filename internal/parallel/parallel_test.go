package parallel_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"bellwether/internal/parallel"
)

func TestDoMakesAllCallsAndJoinsTheirErrors(t *testing.T) {
	for _, ctx := range []context.Context{t.Context(), parallel.InOrder(t.Context())} {
		for n := range 20 {
			made := make([]int, n)
			var calls []func(context.Context) error
			for i := range n {
				calls = append(calls, func(context.Context) error {
					made[i]++
					if i%7 == 3 {
						return fmt.Errorf("call %d: %w", i, context.Canceled)
					}
					return nil
				})
			}
			err := parallel.Do(ctx, calls...)
			if errors.Is(err, context.Canceled) != (n > 3) {
				t.Errorf("%d calls: error %v", n, err)
			}
			for i, times := range made {
				if times != 1 {
					t.Errorf("call %d of %d was made %d times", i, n, times)
				}
			}
		}
	}
}

func TestDoMakesCallsSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		second := func(ctx context.Context) error { return parallel.Sleep(ctx, time.Second) }
		if err := parallel.Do(t.Context(), second, second, second, second); err != nil || time.Since(started) != time.Second {
			t.Errorf("error %v after %v", err, time.Since(started))
		}
		if err := parallel.Do(parallel.InOrder(t.Context()), second, second); err != nil || time.Since(started) != 3*time.Second {
			t.Errorf("error %v after %v", err, time.Since(started))
		}
	})
}
