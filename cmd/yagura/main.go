// Yagura is an open, self-hosted Azure Monitor.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/yagura/yagura/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(cli.Main(ctx, os.Args[1:], os.Environ(), cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
