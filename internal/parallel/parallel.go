// Package parallel makes independent calls at once.
package parallel

import (
	"context"
	"errors"
	"sync"
)

type inOrderKey struct{}

// InOrder makes Do run its calls one after another: the simulation needs every run of a
// handler to make the same calls in the same order.
func InOrder(ctx context.Context) context.Context {
	return context.WithValue(ctx, inOrderKey{}, true)
}

// Do makes the calls at once and waits for all; it joins their errors.
func Do(ctx context.Context, calls ...func(context.Context) error) error {
	errs := make([]error, len(calls))
	if ctx.Value(inOrderKey{}) != nil {
		for i, call := range calls {
			errs[i] = call(ctx)
		}
		return errors.Join(errs...)
	}
	var wg sync.WaitGroup
	for i, call := range calls {
		wg.Go(func() { errs[i] = call(ctx) })
	}
	wg.Wait()
	return errors.Join(errs...)
}
