package app

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// said is a log that several write.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

// TestNoSecretInTheLog does what carries secrets, well and badly, with the log at its
// most talkative, and looks for them in it.
func TestNoSecretInTheLog(t *testing.T) {
	cfg, err := LoadConfig([]string{"--data", t.TempDir()}, nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var log said
	a, err := New(context.Background(), cfg, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	const password, wrong = "correct horse battery", "wr0ng-secret-wr0ng-secret"
	do := func(method, target, body string, header ...string) (int, string) {
		r := httptest.NewRequest(method, target, strings.NewReader(body))
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		rec := httptest.NewRecorder()
		a.handler.ServeHTTP(rec, r)
		return rec.Code, rec.Body.String()
	}
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	tenant, tokens := "/"+a.creds.TenantID, []string{}
	for _, secret := range []string{a.creds.ClientSecret, wrong} {
		for _, api := range []string{"https://graph.microsoft.com", "https://management.azure.com", "https://api.loganalytics.io"} {
			_, body := do("POST", tenant+"/oauth2/v2.0/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {a.creds.ClientID}, "client_secret": {secret}, "scope": {api + "/.default"}}.Encode(), form...)
			var out struct {
				Token string `json:"access_token"`
			}
			if json.Unmarshal([]byte(body), &out) == nil && out.Token != "" {
				tokens = append(tokens, out.Token)
			}
		}
		do("POST", "/ui/session", `{"clientId":"`+a.creds.ClientID+`","clientSecret":"`+secret+`"}`, "X-Yagura", "1")
	}
	if len(tokens) != 3 {
		t.Fatalf("%d tokens", len(tokens))
	}
	as := func(i int) []string { return []string{"Authorization", "Bearer " + tokens[i]} }
	if status, body := do("POST", "/v1.0/users", `{"accountEnabled":true,"displayName":"Ada","mailNickname":"ada","userPrincipalName":"ada@example.com","passwordProfile":{"password":"`+password+`"}}`, as(0)...); status != 201 {
		t.Fatalf("%d %s", status, body)
	}
	do("POST", "/v1.0/users", `{"accountEnabled":true,"passwordProfile":{"password":"`+password+`"}`, as(0)...) // torn
	for _, p := range []string{password, wrong} {
		do("POST", tenant+"/oauth2/v2.0/authorize?client_id=04b07795-8ddb-461a-bbee-02f9e1bf7b46&response_type=code&redirect_uri=http://localhost:1/&code_challenge=x&code_challenge_method=S256", url.Values{"username": {"ada@example.com"}, "password": {p}}.Encode(), form...)
	}
	workspace := "/subscriptions/" + a.creds.SubscriptionID + "/resourceGroups/" + a.creds.ResourceGroup + "/providers/Microsoft.OperationalInsights/workspaces/" + a.creds.WorkspaceName
	if status, _ := do("POST", workspace+"/sharedKeys?api-version=2023-09-01", "", as(1)...); status != http.StatusOK {
		t.Errorf("keys: %d", status)
	}
	do("GET", "/v1/workspaces/"+a.creds.WorkspaceID+"/query?query=nonsense", "", as(2)...)
	do("GET", "/v1/workspaces/"+a.creds.WorkspaceID+"/query?query=print+1", "", "Authorization", "Bearer "+tokens[2]+"x")
	do("POST", "/api/logs?api-version=2016-04-01", `{"a":1}`, "Authorization", "SharedKey "+a.creds.WorkspaceID+":"+a.creds.SharedKey, "Log-Type", "A", "Content-Type", "application/json")
	do("GET", "/?signin="+a.key, "")
	text := log.b.String()
	for name, secret := range map[string]string{
		"the client's secret": a.creds.ClientSecret, "a wrong secret": wrong, "a password": password, "the shared key": a.creds.SharedKey, "the page's key": a.key,
		"a token": strings.Split(tokens[0], ".")[2], "another token": strings.Split(tokens[2], ".")[2],
	} {
		if secret == "" || strings.Contains(text, secret) {
			t.Errorf("%s is in the log, or there is none", name)
		}
	}
}
