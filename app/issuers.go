package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/yagura/yagura/identity"
)

// trustedIssuers reads the file that says which other OpenID Connect providers' tokens
// are taken; "" is no file.
func trustedIssuers(name string) ([]identity.Issuer, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("settings: trusted-issuers: %w", err)
	}
	var all []identity.Issuer
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf("settings: trusted-issuers %s: %w", name, err)
	}
	for i := range all {
		if err := all[i].Check(); err != nil {
			return nil, fmt.Errorf("settings: trusted-issuers %s: %w", name, err)
		}
	}
	return all, nil
}
