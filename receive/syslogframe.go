package receive

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxLine is how much of a syslog message is kept, in bytes; the rest is read and
// dropped.
const maxLine = 64 << 10

// frames takes a stream of syslog apart into messages. Each may be framed in one of
// two ways (RFC 6587), and both may occur on one connection: "LENGTH MESSAGE", or a
// message that ends with a newline or NUL.
type frames struct {
	r   *bufio.Reader
	buf []byte
}

func newFrames(r io.Reader) *frames { return &frames{r: bufio.NewReaderSize(r, 16<<10)} }

// next returns a message without its end, valid until the next call, and the number of
// bytes that were dropped because it was too long. Empty messages are left out. What
// stands before the end of the stream is the last message.
func (f *frames) next() (line []byte, dropped int64, err error) {
	for {
		n, counted := f.count()
		if counted {
			dropped, err = f.counted(n)
		} else {
			dropped, err = f.ended()
		}
		line = bytes.TrimRight(f.buf, "\r\n\x00")
		if len(line) > 0 {
			return line, dropped, nil
		}
		if err != nil {
			return nil, 0, err
		}
	}
}

// maxCount is the longest octet count, in digits.
const maxCount = 9

// count looks for "LENGTH <" and takes "LENGTH ". The bracket tells a count from a
// message that begins with a number.
func (f *frames) count() (n int64, ok bool) {
	// One byte more at a time, so as not to wait for what may not come.
	for i := range maxCount + 2 {
		head, err := f.r.Peek(i + 1)
		if err != nil {
			return 0, false
		}
		switch c := head[i]; {
		case c >= '0' && c <= '9' && i < maxCount && (i > 0 || c != '0'):
			n = n*10 + int64(c-'0')
		case c == ' ' && i > 0:
			if after, err := f.r.Peek(i + 2); err != nil || after[i+1] != '<' {
				return 0, false
			}
			_, _ = f.r.Discard(i + 1)
			return n, true
		default:
			return 0, false
		}
	}
	return 0, false
}

// counted reads n bytes.
func (f *frames) counted(n int64) (dropped int64, err error) {
	keep := min(n, maxLine)
	if int64(cap(f.buf)) < keep {
		f.buf = make([]byte, keep)
	}
	got, err := io.ReadFull(f.r, f.buf[:keep])
	f.buf = f.buf[:got]
	if err == nil {
		dropped, err = io.CopyN(io.Discard, f.r, n-keep)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return dropped, err
}

// ended reads to the next newline or NUL.
func (f *frames) ended() (dropped int64, err error) {
	f.buf = f.buf[:0]
	for {
		if _, err = f.r.Peek(1); err != nil {
			return dropped, err
		}
		part, _ := f.r.Peek(f.r.Buffered())
		end := bytes.IndexAny(part, "\n\x00")
		take := end + 1
		if end < 0 {
			take = len(part)
		}
		keep := min(take, maxLine-len(f.buf))
		f.buf = append(f.buf, part[:keep]...)
		dropped += int64(take - keep)
		_, _ = f.r.Discard(take)
		if end >= 0 {
			if dropped > 0 {
				dropped-- // the end itself
			}
			return dropped, nil
		}
	}
}
