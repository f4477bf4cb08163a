package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/yagura/yagura/app"
)

// serveCommand runs the server until ctx ends.
func serveCommand(ctx context.Context, args, env []string, s Streams) error {
	cfg, err := app.LoadConfig(args, env, s.Err)
	if err != nil {
		return err
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.LogLevel)); err != nil {
		return &usageError{"log-level: " + err.Error()}
	}
	log := slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: level}))
	a, err := app.New(ctx, cfg, log)
	if err != nil {
		return err
	}
	a.RestartOnCrash(os.Args, env)
	err = a.Run(ctx, func(c app.Credentials) { greet(s.Out, c, cfg) })
	return errors.Join(err, a.Close())
}

// greet prints, once, all that one needs.
func greet(w io.Writer, c app.Credentials, cfg app.Config) {
	_, _ = fmt.Fprintf(w, `
Yagura %s is ready.

  page           %s
  HTTP           %s
  HTTPS          %s
  CA certificate %s
  workspace id   %s
  shared key     %s
  tenant id      %s
  client id      %s
  client secret  %s

All of this is in %s too. Try:

  %s

Ctrl-C stops it.
`, app.Version, c.Page, c.HTTP, c.HTTPS, c.CAFile, c.WorkspaceID, c.SharedKey, c.TenantID, c.ClientID, c.ClientSecret,
		app.CredentialsFile(cfg.Data), curl(c))
}

// curl is a line that asks the server a question when it is pasted into a shell.
func curl(c app.Credentials) string {
	base := c.HTTP
	trust := ""
	if base == "" {
		base, trust = c.HTTPS, " --cacert '"+c.CAFile+"'"
	}
	return fmt.Sprintf(`curl -s%s %s/v1/workspaces/%s/query -H "Authorization: Bearer $(curl -s%s %s/%s/oauth2/v2.0/token -d grant_type=client_credentials -d client_id=%s -d client_secret=%s -d scope=https://api.loganalytics.io/.default | sed 's/.*"access_token":"\([^"]*\)".*/\1/')" -H 'Content-Type: application/json' -d '{"query":"Heartbeat | summarize LastSeen=max(TimeGenerated) by Computer"}'`,
		trust, base, c.WorkspaceID, trust, base, c.TenantID, c.ClientID, c.ClientSecret)
}
