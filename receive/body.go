package receive

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

var (
	// errEncoding marks a Content-Encoding that is not taken.
	errEncoding = errors.New("the content encoding is not supported")
	// errCompressed marks a body that is not what its Content-Encoding says.
	errCompressed = errors.New("the body cannot be decompressed")
	// errBroken marks a body whose sender stopped before its end.
	errBroken = errors.New("the body ended early")
)

// body is a request's body, decompressed.
type body struct {
	r        *Receiver
	buf      *[]byte
	reserved int64
	wire     int64 // bytes as they were sent
}

func (b *body) bytes() []byte { return *b.buf }

// free gives the body's memory back: nothing may refer to it.
func (b *body) free() {
	b.r.in.Release(b.reserved)
	b.reserved = 0
	give(b.buf)
}

// Buffers of two sizes are kept for later requests: most bodies fit the small one, and
// any of the Logs Ingestion API the large one.
const (
	smallBuffer = 64 << 10
	largeBuffer = 2 << 20
)

var (
	smallBuffers = sync.Pool{New: func() any { b := make([]byte, 0, smallBuffer); return &b }}
	largeBuffers = sync.Pool{New: func() any { b := make([]byte, 0, largeBuffer); return &b }}
	gzips        = sync.Pool{New: func() any { return new(gzip.Reader) }}
)

// take returns an empty buffer of at least so many bytes.
func take(size int64) *[]byte {
	switch {
	case size <= smallBuffer:
		return smallBuffers.Get().(*[]byte)
	case size <= largeBuffer:
		return largeBuffers.Get().(*[]byte)
	}
	b := make([]byte, 0, size)
	return &b
}

func give(b *[]byte) {
	*b = (*b)[:0]
	switch cap(*b) {
	case smallBuffer:
		smallBuffers.Put(b)
	case largeBuffer:
		largeBuffers.Put(b)
	}
}

// read reads a request's body, decompressing it, and no further than limit in either
// form. Its memory counts as in flight until free. Errors wrap errTooLarge,
// errEncoding, errCompressed, errBroken or ingest.ErrBusy.
func (r *Receiver) read(q *http.Request, limit int64) (*body, error) {
	if q.ContentLength > limit {
		return nil, fmt.Errorf("%w: the body has %d bytes, the limit is %d", errTooLarge, q.ContentLength, limit)
	}
	wire := &counter{r: io.LimitReader(q.Body, limit+1)}
	b := &body{r: r, buf: take(0)}
	err := r.decompress(b, wire, q.Header.Get("Content-Encoding"), limit)
	if b.wire = wire.n; wire.n > limit {
		err = fmt.Errorf("%w: the body has more than %d bytes", errTooLarge, limit)
	} else if wire.err != nil {
		err = fmt.Errorf("%w: %w", errBroken, wire.err)
	}
	if err != nil {
		b.free()
		return nil, err
	}
	return b, nil
}

func (r *Receiver) decompress(b *body, wire io.Reader, encoding string, limit int64) error {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity":
		return b.fill(wire, limit)
	case "gzip", "x-gzip":
		z := gzips.Get().(*gzip.Reader)
		defer gzips.Put(z)
		if err := z.Reset(wire); err != nil {
			return fmt.Errorf("%w: gzip: %w", errCompressed, err)
		}
		return b.fill(z, limit)
	case "zstd":
		z, err := zstd.NewReader(wire, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(8<<20))
		if err != nil {
			return fmt.Errorf("%w: zstd: %w", errCompressed, err)
		}
		defer z.Close()
		return b.fill(z, limit)
	}
	return fmt.Errorf("%w: %q", errEncoding, encoding)
}

// fill reads src to its end into the buffer, which grows as it needs.
func (b *body) fill(src io.Reader, limit int64) error {
	if err := b.reserve(int64(cap(*b.buf))); err != nil {
		return err
	}
	for {
		if len(*b.buf) == cap(*b.buf) {
			if err := b.grow(); err != nil {
				return err
			}
		}
		buf := *b.buf
		n, err := src.Read(buf[len(buf):cap(buf)])
		*b.buf = buf[:len(buf)+n]
		if int64(len(*b.buf)) > limit {
			return fmt.Errorf("%w: the body has more than %d bytes once it is decompressed", errTooLarge, limit)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", errCompressed, err)
		}
	}
}

// grow moves what was read to a larger buffer.
func (b *body) grow() error {
	old := b.buf
	size := max(int64(largeBuffer), 2*int64(cap(*old)))
	if err := b.reserve(size - int64(cap(*old))); err != nil {
		return err
	}
	b.buf = take(size)
	*b.buf = append(*b.buf, *old...)
	give(old)
	return nil
}

func (b *body) reserve(n int64) error {
	err := b.r.in.Reserve(n)
	if err == nil {
		b.reserved += n
	}
	return err
}

// counter counts what is read, and keeps the error that ended it.
type counter struct {
	r   io.Reader
	n   int64
	err error // not io.EOF
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = err
	}
	return n, err
}

// isJSON reports whether a Content-Type is JSON, with whatever parameters.
func isJSON(contentType string) bool {
	t, _, err := mime.ParseMediaType(contentType)
	return err == nil && t == "application/json"
}
