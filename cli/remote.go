package cli

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/yagura/yagura/app"
	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// What tokens are asked for.
const (
	audienceQuery  = "https://api.loganalytics.io"
	audienceIngest = "https://monitor.azure.com"
	audienceManage = "https://management.azure.com"
)

// remote is a running server.
type remote struct {
	c      app.Credentials
	base   string
	client *http.Client
	tokens map[string]string
}

func newRemote(c app.Credentials) *remote {
	r := &remote{c: c, base: c.HTTP, client: &http.Client{}, tokens: map[string]string{}}
	if r.base == "" {
		r.base = c.HTTPS
		pool := x509.NewCertPool()
		if pem, err := os.ReadFile(c.CAFile); err == nil {
			pool.AppendCertsFromPEM(pem)
		}
		r.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	}
	return r
}

func now() table.Time { return table.FromGo(time.Now()) }

func (r *remote) token(ctx context.Context, audience string) (string, error) {
	if t := r.tokens[audience]; t != "" {
		return t, nil
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {r.c.ClientID}, "client_secret": {r.c.ClientSecret}, "scope": {audience + "/.default"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.base+"/"+r.c.TenantID+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, text, err := r.do(req)
	if err != nil {
		return "", err
	}
	var answer struct {
		AccessToken string `json:"access_token"`
		Description string `json:"error_description"`
	}
	if err := json.Unmarshal(text, &answer); err != nil || status != http.StatusOK {
		return "", fmt.Errorf("sign in: %d: %s", status, answer.Description)
	}
	r.tokens[audience] = answer.AccessToken
	return answer.AccessToken, nil
}

func (r *remote) post(ctx context.Context, path, audience string, headers map[string]string, body []byte) (int, []byte, error) {
	return r.send(ctx, http.MethodPost, path, audience, headers, body)
}

func (r *remote) send(ctx context.Context, method, path, audience string, headers map[string]string, body []byte) (int, []byte, error) {
	token, err := r.token(ctx, audience)
	if err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, r.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	status, text, err := r.do(req)
	if status == http.StatusUnauthorized {
		delete(r.tokens, audience)
	}
	return status, text, err
}

func (r *remote) do(req *http.Request) (int, []byte, error) {
	res, err := r.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, text, errors.Join(err, res.Body.Close())
}

// remoteError is an error as the query API writes it.
type remoteError struct {
	Error struct {
		Code, Message string
		OneAPI        string       `json:"@message"` // of a management command
		Inner         *remoteInner `json:"innererror"`
		Details       []struct {
			Inner *remoteInner `json:"innererror"`
		}
	}
}

type remoteInner struct {
	Code, Message, Token, Hint string
	Line, Pos                  int
	Inner                      *remoteInner `json:"innererror"`
}

// reportRemote prints what the server found wrong, with a picture of the place.
func reportRemote(w io.Writer, src string, status int, text []byte) error {
	var e remoteError
	if err := json.Unmarshal(text, &e); err != nil || e.Error.Code == "" {
		return fmt.Errorf("the server answered %d: %.300s", status, text)
	}
	if e.Error.OneAPI != "" {
		return errors.New(e.Error.OneAPI)
	}
	var all []*remoteInner
	for _, d := range e.Error.Details {
		all = append(all, d.Inner)
	}
	if len(all) == 0 && e.Error.Inner != nil {
		all = append(all, e.Error.Inner)
	}
	shown := false
	for _, in := range all {
		for in != nil && in.Inner != nil {
			in = in.Inner
		}
		if in == nil || in.Message == "" {
			continue
		}
		shown = true
		if in.Line == 0 {
			_, _ = fmt.Fprintf(w, "error %s: %s\n", in.Code, in.Message)
			continue
		}
		pos := syntax.Offset(src, in.Line, in.Pos)
		_, _ = fmt.Fprintln(w, syntax.Caret(src, &syntax.Error{Pos: pos, End: pos + max(len(in.Token), 1), Code: in.Code, Msg: in.Message, Hint: in.Hint}))
	}
	if !shown {
		return fmt.Errorf("%s: %s", e.Error.Code, e.Error.Message)
	}
	return errReported
}

// decodeAnswer reads the first table of an answer, and says if it is not whole.
func decodeAnswer(text []byte, warn io.Writer) (table.Reader, error) {
	var doc struct {
		Tables []struct {
			Columns []struct{ Name, Type, ColumnName, ColumnType string } // the latter of a command
			Rows    [][]json.RawMessage
		}
		Error *struct{ Code, Message string }
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if doc.Error != nil {
		_, _ = fmt.Fprintf(warn, "yagura query: the answer is not whole: %s: %s\n", doc.Error.Code, doc.Error.Message)
	}
	if len(doc.Tables) == 0 {
		return nil, errors.New("the answer has no table")
	}
	s := &table.Schema{}
	for _, c := range doc.Tables[0].Columns {
		name, typ := cmp.Or(c.Name, c.ColumnName), cmp.Or(c.Type, c.ColumnType)
		t, ok := table.ParseType(typ)
		if !ok {
			return nil, fmt.Errorf("the answer has a column of type %q", typ)
		}
		s.Cols = append(s.Cols, table.Column{Name: name, Type: t})
	}
	b := table.NewBatch(s)
	row := make([]table.Value, len(s.Cols))
	for _, r := range doc.Tables[0].Rows {
		for i, cell := range r {
			v, err := decodeCell(cell, s.Cols[i].Type)
			if err != nil {
				return nil, fmt.Errorf("read column %s of the answer: %w", s.Cols[i].Name, err)
			}
			row[i] = v
		}
		b.AppendRow(row...)
	}
	return table.NewReader(s, b), nil
}

func decodeCell(cell json.RawMessage, t table.Type) (table.Value, error) {
	tree, err := table.ParseTree(string(cell))
	if err != nil {
		return nil, err
	}
	if text, ok := tree.(string); ok && t == table.Dynamic {
		if inner, err := table.ParseTree(text); err == nil {
			return table.DynValue(inner), nil
		}
		return table.NewDyn(text), nil
	}
	if n, ok := tree.(int64); ok && t == table.Bool { // as Kusto's version 1 has it
		tree = n != 0
	}
	v, ok := format.Convert(tree, t)
	if !ok {
		return nil, fmt.Errorf("%.80s is not %s", cell, t)
	}
	return v, nil
}
