package serve

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/yagura/yagura/engine"
)

// failure is what ended a query before all its rows were there, as Kusto says it. It may
// come after the answer has begun.
type failure struct {
	code      string // of the error
	typ       string // of the exception
	message   string
	name      string // of the status
	hresult   int
	permanent bool
	cancelled bool
}

const kustoLimits = "See https://aka.ms/kustoquerylimits for more information and possible solutions."

// limitFailure is that of a query that goes beyond what it may have.
func limitFailure(hresult uint32, name, why string) *failure {
	return &failure{
		code: "LimitsExceeded", typ: "Kusto.Data.Exceptions.KustoServicePartialQueryFailureLimitsExceededException", name: name, hresult: int(int32(hresult)),
		message: fmt.Sprintf("Query execution has exceeded the allowed limits (%08X): %s (%s, 0x%08X). %s.", hresult, why, name, hresult, kustoLimits),
	}
}

// failureOf tells which of Kusto's failures an error is.
func failureOf(err error) (*failure, bool) {
	var limit *engine.LimitError
	switch {
	case errors.As(err, &limit):
		return limitFailure(0x80DA0003, "E_QUERY_RESULT_SET_TOO_LARGE", tooLarge(limit)), true
	case errors.Is(err, engine.ErrMemory):
		return limitFailure(0x80DA0001, "E_RUNAWAY_QUERY", "Runaway query: an operator has exceeded the memory budget during evaluation. Results may be incorrect or incomplete"), true
	case errors.Is(err, context.DeadlineExceeded):
		return &failure{code: "Request timed out.", typ: "Kusto.Data.Exceptions.KustoServiceTimeoutException", name: "E_TIMEOUT", hresult: math.MinInt32 | 0x102, message: "Request timed out: " + err.Error()}, true
	case errors.Is(err, engine.ErrCancelled):
		return &failure{code: "Request is cancelled.", typ: "Kusto.Data.Exceptions.KustoRequestCanceledByUserException", name: "E_ABORT", hresult: math.MinInt32 | 0x4004, message: "Query was cancelled: " + err.Error(), permanent: true, cancelled: true}, true
	}
	return nil, false
}

// failureIn is what was wrong with an answer, of which rows came up to err; nil if
// nothing was.
func (s *Server) failureIn(res *engine.Result, err error) *failure {
	if err == nil {
		err = res.Partial
	}
	if err == nil {
		return nil
	}
	if f, ok := failureOf(err); ok {
		return f
	}
	s.o.Logger.Error("query failed after its first rows", "err", err)
	return &failure{code: "Internal service error", typ: "Kusto.Data.Exceptions.KustoServicePartialQueryFailureException", name: "E_FAIL", hresult: math.MinInt32 | 0x4005, message: describe(err).Message}
}

// oneAPI is the failure as Kusto writes errors.
func (f *failure) oneAPI(s *Server, q *kustoRequest) map[string]any {
	return map[string]any{"error": map[string]any{
		"code": f.code, "message": "Request is invalid and cannot be executed.", "@type": f.typ, "@message": f.message, "@context": s.kustoContext(q), "@permanent": f.permanent,
	}}
}
