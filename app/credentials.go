package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Credentials are all that a client on this machine needs. They stand in
// credentials.json in the data directory, which only its owner may read.
type Credentials struct {
	Page           string `json:"page"` // signs in who opens it, until the server stops
	HTTP           string `json:"http"`
	HTTPS          string `json:"https"`
	CAFile         string `json:"caFile"`
	TenantID       string `json:"tenantId"`
	SubscriptionID string `json:"subscriptionId"`
	ResourceGroup  string `json:"resourceGroup"`
	WorkspaceName  string `json:"workspaceName"`
	WorkspaceID    string `json:"workspaceId"`
	SharedKey      string `json:"sharedKey"`
	ClientID       string `json:"clientId"`
	ClientSecret   string `json:"clientSecret"`
}

// CredentialsFile is where the credentials of a data directory stand.
func CredentialsFile(data string) string { return filepath.Join(data, "credentials.json") }

// ReadCredentials reads a credentials file.
func ReadCredentials(name string) (Credentials, error) {
	var c Credentials
	text, err := os.ReadFile(name)
	if err != nil {
		return c, fmt.Errorf("read credentials: %w", err)
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("read credentials %s: %w", name, err)
	}
	return c, nil
}

// oldSecret returns the client secret that an earlier start wrote, or "".
func oldSecret(name, clientID string) (string, error) {
	c, err := ReadCredentials(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && c.ClientID != clientID {
		return "", nil
	}
	return c.ClientSecret, err
}

func (c Credentials) write(name string) error {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return WriteFile(name, append(text, '\n'), 0o600)
}
