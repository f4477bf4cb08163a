package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// serveManaged serves the tokens of a managed identity, on an address of its own, until
// ctx is done.
func (a *App) serveManaged(ctx context.Context) error {
	l, err := net.Listen("tcp", a.cfg.Endpoint)
	if err != nil {
		return fmt.Errorf("serve the managed identity: %w", err)
	}
	srv := &http.Server{
		Handler: a.core.Dir.ManagedIdentity(a.cfg.Managed, a.cfg.EndpointID), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = srv.Shutdown(grace)
	})
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
