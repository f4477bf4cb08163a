package receive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/ingest"
)

// fault is an error that knows how it is answered.
type fault struct {
	status  int
	code    string
	message string
	retry   time.Duration // for Retry-After
}

func (f *fault) Error() string { return f.code + ": " + f.message }

func faultf(status int, code, format string, args ...any) error {
	return &fault{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// protocol is what writeError must know of a protocol: the shape of its errors, and
// the statuses and codes that it has of its own.
type protocol struct {
	shape func(code, message string) any
	codes []errorCode
}

type errorCode struct {
	is     error
	status int
	code   string
}

// azureShape is the errors of Azure's newer APIs.
func azureShape(code, message string) any {
	return map[string]any{"error": map[string]string{"code": code, "message": message}}
}

// commonCodes are the statuses of errors for which a protocol has none of its own.
var commonCodes = []errorCode{
	{errTooLarge, http.StatusRequestEntityTooLarge, "ContentLengthLimitExceeded"},
	{ingest.ErrTooLarge, http.StatusRequestEntityTooLarge, "ContentLengthLimitExceeded"},
	{errEncoding, http.StatusUnsupportedMediaType, "UnsupportedContentEncoding"},
	{errCompressed, http.StatusBadRequest, "InvalidRequestContent"},
	{errJSON, http.StatusBadRequest, "InvalidRequestContent"},
	{errBroken, http.StatusBadRequest, "RequestAborted"},
	{context.Canceled, http.StatusBadRequest, "RequestAborted"},
	{ingest.ErrStream, http.StatusBadRequest, "InvalidStream"},
	{ingest.ErrInvalid, http.StatusBadRequest, "InvalidRequest"},
	{ingest.ErrBusy, http.StatusTooManyRequests, "TooManyRequests"},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, "ServiceUnavailable"},
	{control.ErrNotFound, http.StatusNotFound, "NotFound"},
}

// busyRetry is when a client that was told to wait may come again.
const busyRetry = time.Second

// writeError answers an error. It is the one place where errors become statuses.
func (r *Receiver) writeError(w http.ResponseWriter, q *http.Request, p *protocol, err error) {
	f := p.fault(err)
	h := w.Header()
	switch {
	case f.status >= 500:
		r.o.Logger.ErrorContext(q.Context(), "request failed", "path", q.URL.Path, "status", f.status, "error", err)
	case f.status == http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	}
	if f.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(int(max(f.retry.Round(time.Second)/time.Second, 1))))
	}
	body, jerr := json.Marshal(p.shape(f.code, f.message))
	if jerr != nil {
		panic(fmt.Sprintf("receive: an error cannot be JSON: %v", jerr))
	}
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("x-ms-error-code", f.code)
	w.WriteHeader(f.status)
	w.Write(body)
}

func (p *protocol) fault(err error) *fault {
	var f *fault
	if errors.As(err, &f) {
		return f
	}
	var token *identity.TokenError
	if errors.As(err, &token) {
		return &fault{status: http.StatusUnauthorized, code: token.Code, message: token.Message}
	}
	var forbidden *control.ForbiddenError
	if errors.As(err, &forbidden) {
		return &fault{status: http.StatusForbidden, code: "AuthorizationFailed", message: forbidden.Error()}
	}
	var invalid *control.InvalidError
	if errors.As(err, &invalid) {
		return &fault{status: http.StatusBadRequest, code: invalid.Code, message: invalid.Message}
	}
	for _, codes := range [][]errorCode{p.codes, commonCodes} {
		for _, c := range codes {
			if errors.Is(err, c.is) {
				f := &fault{status: c.status, code: c.code, message: err.Error()}
				if c.status == http.StatusTooManyRequests || c.status == http.StatusServiceUnavailable {
					f.retry, f.message = busyRetry, "Too many requests are being taken in. Try again later."
				}
				return f
			}
		}
	}
	return &fault{status: http.StatusInternalServerError, code: "InternalServerError", message: "The rows could not be stored."}
}
