package cli

import (
	"context"
	"io"
)

// waiting returns what f returns, or the context's error if that ends before: opening and
// reading a pipe that nobody writes to waits for ever and hears of no signal. What f does
// then is nobody's any more; the process ends.
func waiting[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		value, err := f()
		done <- answer{value, err}
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// waitingReader reads until its context ends.
type waitingReader struct {
	ctx context.Context
	io.ReadCloser
}

// Read reads into memory of its own, which a read that nobody waits for may still fill.
func (r waitingReader) Read(p []byte) (int, error) {
	got, err := waiting(r.ctx, func() ([]byte, error) {
		own := make([]byte, min(len(p), 1<<16))
		n, err := r.ReadCloser.Read(own)
		return own[:n], err
	})
	return copy(p, got), err
}
