package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/sim/bridge"
)

// listenTo lets real clients in until Ctrl-C, or for a while. It calls ready when Ctrl-C no longer is to end the program.
func (a *app) listenTo(w *sim.World, specs []string, most time.Duration, ready func()) error {
	for _, spec := range specs {
		if err := a.checkDoor(w, spec); err != nil {
			return err
		}
	}
	b, err := bridge.Listen(w, specs)
	if err != nil {
		return a.doorError(err)
	}
	b.Told = func(c bridge.Coming) {
		key := "run.came"
		if c.Gone {
			key = "run.went"
		}
		fmt.Fprintln(a.err, oneLine(a.t(key, "client", c.Client.String(), "host", c.Endpoint)))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ready()
	for i, addr := range b.Addrs() {
		inside, _, _ := strings.Cut(specs[i], "=")
		fmt.Fprintln(a.err, a.t("run.listening", "host", inside, "address", addr.String()))
	}
	fmt.Fprintln(a.err, a.t("run.stop"))
	if most > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, most)
		defer cancel()
	}
	err = b.Run(ctx)
	if terminal(a.err) != nil {
		fmt.Fprintln(a.err) // after the ^C that the terminal shows
	}
	return err
}

// checkDoor checks one HOST[:PORT]=ADDRESS:PORT.
func (a *app) checkDoor(w *sim.World, spec string) error {
	inside, outside, ok := strings.Cut(spec, "=")
	if !ok || inside == "" {
		return a.usage("error.listen.form", "spec", spec)
	}
	if w.HasEndpoint(inside) != nil {
		return a.usage("error.listen.host", "spec", spec, "host", inside, "hosts", strings.Join(w.Hosts(), ", "))
	}
	_, port, err := net.SplitHostPort(outside)
	if err != nil {
		return a.usage("error.listen.form", "spec", spec)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return a.usage("error.listen.port", "spec", spec, "port", port)
	}
	return nil
}

// doorError says why an address cannot be listened on.
func (a *app) doorError(err error) error {
	var op *net.OpError
	address, why := "", err.Error()
	if errors.As(err, &op) {
		if why = op.Err.Error(); op.Addr != nil {
			address = op.Addr.String()
		}
	}
	key := "error.listen"
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		key = "error.listen.used"
	case errors.Is(err, os.ErrPermission):
		key = "error.listen.permission"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		key = "error.listen.address"
	}
	return a.fail(err, key, "address", address, "why", why)
}
