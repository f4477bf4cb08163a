// Package outside reads what queries name outside of the server: files of externaldata,
// inline_external_table and infer_storage_schema, answers of http_request and
// http_request_post, and rows of other databases. It reads only what is on lists, which
// are empty unless the operator fills them.
package outside

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// Options say what may be read, and how much of it.
type Options struct {
	Files    List           // of externaldata, inline_external_table, infer_storage_schema
	Requests List           // of http_request and http_request_post
	Servers  List           // of sql_request, mysql_request and postgresql_request
	Networks []netip.Prefix // private networks that hosts of the lists may be in
	MaxBytes int64          // of one file or answer, unpacked too; zero: 100 MiB
	Timeout  time.Duration  // until an answer begins; zero: 30 seconds
	// Transport makes connections; nil is one of its own. Tests put their servers'
	// certificates into it.
	Transport *http.Transport
	// Roots are the certificates that those of databases' servers must come from; nil is
	// the system's.
	Roots *x509.CertPool
}

const (
	defaultMaxBytes = 100 << 20
	defaultTimeout  = 30 * time.Second
	maxRedirects    = 5
)

// Reader reads. It may be used by several goroutines.
type Reader struct {
	o Options
}

// New makes a Reader.
func New(o Options) *Reader {
	if o.MaxBytes == 0 {
		o.MaxBytes = defaultMaxBytes
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	return &Reader{o}
}

// client makes requests to the addresses of a list. It goes where an answer sends it
// only if that is on the list too.
func (r *Reader) client(l List, e entry) *http.Client {
	base := &http.Transport{}
	if r.o.Transport != nil {
		base = r.o.Transport.Clone()
	}
	base.Proxy = nil
	base.DisableKeepAlives = true
	base.ResponseHeaderTimeout = r.o.Timeout
	base.MaxResponseHeaderBytes = 64 << 10
	var current atomic.Pointer[entry] // that the request is at
	current.Store(&e)
	base.DialContext = r.dialer(&current).DialContext
	return &http.Client{Transport: base, CheckRedirect: func(req *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return fmt.Errorf("more than %d redirections", maxRedirects)
		}
		to, ok := l.allows(req.URL)
		if !ok {
			return fmt.Errorf("%w: it leads to %s", ErrNotAllowed, req.URL.Redacted())
		}
		current.Store(&to)
		return nil
	}}
}

// dialer connects to where the current entry's name leads, if that may be reached.
func (r *Reader) dialer(current *atomic.Pointer[entry]) *net.Dialer {
	return &net.Dialer{Timeout: r.o.Timeout, Control: func(_, address string, _ syscall.RawConn) error {
		if current.Load().private() {
			return nil
		}
		return reachable(address, r.o.Networks)
	}}
}

// allowed reads an address and finds it on a list.
func allowed(l List, address, setting string) (*url.URL, entry, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, entry{}, fmt.Errorf("the address cannot be read: %w", errors.Unwrap(err))
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return nil, entry{}, fmt.Errorf("%w: it starts with https:// or http://", ErrNotAllowed)
	}
	e, ok := l.allows(u)
	if !ok {
		return nil, entry{}, notListed(l, setting)
	}
	return u, e, nil
}

func notListed(l List, setting string) error {
	which := "others"
	if len(l) == 0 {
		which = "none"
	}
	return fmt.Errorf("%w: the server's setting %s lists %s", ErrNotAllowed, setting, which)
}

// do sends a request and returns the answer, whose body the caller closes and which
// gives an error beyond the most bytes.
func (r *Reader) do(req *http.Request, l List, e entry) (*http.Response, error) {
	res, err := r.client(l, e).Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // the address may carry a secret
		}
		return nil, err
	}
	if res.StatusCode/100 != 2 {
		res.Body.Close()
		return nil, fmt.Errorf("the answer was %s", res.Status)
	}
	res.Body = &bounded{ReadCloser: res.Body, most: r.o.MaxBytes, left: r.o.MaxBytes}
	return res, nil
}

// bounded gives an error instead of more than so many bytes.
type bounded struct {
	io.ReadCloser
	most, left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("it is larger than %d bytes", b.most)
	}
	return n, err
}

// place is an address without what may be secret in it.
func place(address string) string {
	address, _, _ = strings.Cut(address, ";") // and the key of an account
	u, err := url.Parse(address)
	if err != nil {
		return "an address"
	}
	return u.Scheme + "://" + u.Host + u.EscapedPath()
}

// get asks for a file.
func (r *Reader) get(ctx context.Context, address string) (io.ReadCloser, error) {
	s, err := r.storageAt(address)
	switch {
	case err != nil:
		return nil, err
	case s != nil:
		return s.read(ctx)
	}
	u, e, err := allowed(r.o.Files, address, "external-data")
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	res, err := r.do(req, r.o.Files, e)
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}
