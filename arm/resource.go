package arm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/yagura/yagura/control"
)

// documents declares a type whose resources are documents of the control plane. show
// makes what clients see of one, which it may not change; nil is the document itself.
func documents[T any, R control.Of[T]](show func(*request, R) any) kind {
	if show == nil {
		show = func(_ *request, r R) any { return r }
	}
	get := func(a *API, r *request) (any, error) {
		one, err := control.Get[T, R](a.control, r.id)
		if err != nil {
			return nil, err
		}
		return show(r, one), nil
	}
	return kind{
		name: R(nil).ResourceType(),
		get:  get,
		list: func(a *API, r *request) ([]any, error) {
			all, err := control.List[T, R](a.control, r.id)
			var out []any
			for _, one := range all {
				out = append(out, show(r, one))
			}
			return out, err
		},
		put: func(a *API, r *request, body []byte) (answer, error) {
			one := R(new(T))
			if err := decode(body, one); err != nil {
				return answer{}, err
			}
			one.Head().ID = r.id
			created, err := control.Put(r.Context(), a.control, r.caller, one)
			if err != nil {
				return answer{}, err
			}
			out := answer{status: http.StatusOK}
			if created {
				out.status = http.StatusCreated
			}
			out.body, err = get(a, r)
			return out, err
		},
		delete: func(a *API, r *request) (bool, error) {
			return control.Delete[T, R](r.Context(), a.control, r.id)
		},
	}
}

// decode reads a resource that a client sends. A property that the type does not have
// is an error that names it: it is better said than dropped.
func decode(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			return nil
		}
		err = fmt.Errorf("more text follows the resource")
	}
	return &fault{http.StatusBadRequest, "InvalidRequestContent", fmt.Sprintf("The request content was invalid and could not be deserialized: '%s'.", err)}
}

// readOnly takes from a type what changes its resources.
func (k kind) readOnly() kind {
	k.put, k.patch, k.delete = nil, nil, nil
	return k
}
