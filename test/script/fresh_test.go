package script

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/yagura/yagura/app"
)

// TestFresh checks, with several writers at once, that a query which starts after an
// acknowledgement sees the rows.
func TestFresh(t *testing.T) {
	creds, err := app.ReadCredentials(startServer(t, filepath.Join(t.TempDir(), "data")))
	check(t, err)
	ingest, query := token(t, creds, "https://monitor.azure.com"), token(t, creds, "https://api.loganalytics.io")
	const writers, rounds, rows = 4, 50, 200
	// post sends a request and returns what was answered.
	post := func(path, token, kind, body string) (string, error) {
		req, err := http.NewRequest("POST", creds.HTTP+path, strings.NewReader(body))
		if err != nil {
			return "", err
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", kind)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return "", err
		}
		text, err := io.ReadAll(res.Body)
		if err == nil && res.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s: %d %s", path, res.StatusCode, text)
		}
		return string(text), errors.Join(err, res.Body.Close())
	}
	put := "/yagura/v1/workspaces/" + creds.WorkspaceID + "/tables/Fresh_CL/rows?create=true&schema=" + url.QueryEscape("Mark:string,No:long")
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for round := range rounds {
				mark := fmt.Sprintf("%d-%d", w, round)
				var body bytes.Buffer
				for n := range rows {
					fmt.Fprintf(&body, `{"Mark":%q,"No":%d}`+"\n", mark, n)
				}
				if _, err := post(put, ingest, "application/x-ndjson", body.String()); err != nil {
					t.Error(err)
					return
				}
				q, _ := json.Marshal(map[string]string{"query": `Fresh_CL | where Mark == "` + mark + `" | count`})
				text, err := post("/v1/workspaces/"+creds.WorkspaceID+"/query", query, "application/json", string(q))
				if err != nil {
					t.Error(err)
					return
				}
				if !strings.Contains(text, fmt.Sprintf(`"rows":[[%d]]`, rows)) {
					t.Errorf("batch %s was acknowledged, but a query after that sees %s", mark, text)
				}
			}
		})
	}
	wg.Wait()
}

func token(t *testing.T, c app.Credentials, audience string) string {
	t.Helper()
	res, err := http.PostForm(c.HTTP+"/"+c.TenantID+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret}, "scope": {audience + "/.default"},
	})
	check(t, err)
	defer res.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	check(t, json.NewDecoder(res.Body).Decode(&answer))
	return answer.Token
}
