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
	if cap(*b.buf) <= maxPooled {
		buffers.Put(b.buf)
	}
}

// maxPooled is the largest buffer that is kept for the next request.
const maxPooled = 4 << 20

var (
	buffers = sync.Pool{New: func() any { b := make([]byte, 0, 64<<10); return &b }}
	gzips   = sync.Pool{New: func() any { return new(gzip.Reader) }}
)

// read reads a request's body, decompressing it, and no further than limit in either
// form. Its memory counts as in flight until free. Errors wrap errTooLarge,
// errEncoding, errCompressed, errBroken or ingest.ErrBusy.
func (r *Receiver) read(q *http.Request, limit int64) (*body, error) {
	if q.ContentLength > limit {
		return nil, fmt.Errorf("%w: the body has %d bytes, the limit is %d", errTooLarge, q.ContentLength, limit)
	}
	wire := &counter{r: io.LimitReader(q.Body, limit+1)}
	b := &body{r: r, buf: buffers.Get().(*[]byte)}
	*b.buf = (*b.buf)[:0]
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
		buf := *b.buf
		if len(buf) == cap(buf) {
			if err := b.reserve(int64(cap(buf))); err != nil {
				return err
			}
			grown := make([]byte, len(buf), 2*cap(buf))
			copy(grown, buf)
			buf = grown
		}
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
