package sim

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"slices"

	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
)

// accounts gives a node its users' secrets and its own.
func (w *World) accounts(cfg *node.Config, h *scenario.Host, ca *authority) {
	a := &h.Auth
	if len(h.Passwords)+len(h.Tokens) > 0 {
		cfg.Accounts = &node.Accounts{Passwords: h.Passwords, Tokens: h.Tokens, Mechanisms: a.Mechanisms, Refused: a.Refused,
			InClear: a.InClear, Legacy: a.Legacy, Required: a.Required, OwnSender: a.OwnSender, Trusted: a.Trusted,
			POP: h.POP, AfterPOP: h.AfterPOP}
	}
	if cfg.TLS.Server != nil && slices.Contains(a.Mechanisms, "EXTERNAL") {
		cfg.TLS.Server.ClientAuth, cfg.TLS.Server.ClientCAs = tls.VerifyClientCertIfGiven, ca.roots
	}
	if a.User == "" {
		return
	}
	if slices.Contains(a.Mechanism, "EXTERNAL") {
		cfg.TLS.Base.Certificates = []tls.Certificate{ca.user(a.User)}
	}
	login := &smtpclient.Auth{Identity: a.User, ActAs: a.ActAs, Password: a.Password, Token: a.Token, Mechanisms: a.Mechanism,
		InClear: a.InClear, Relay: !h.Is(scenario.MUA)}
	cfg.Logins = map[string]*smtpclient.Auth{}
	if h.Is(scenario.MUA) {
		cfg.Logins[cfg.SubmitTo] = login
	}
	for _, to := range h.Routes {
		cfg.Logins[to] = login
	}
}

// user is the certificate of a user: identity is his mailbox (RFC 5280 §4.2.1.6).
func (a *authority) user(identity string) tls.Certificate {
	k := key(a.seed, identity)
	cert := a.sign(&x509.Certificate{SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: identity},
		EmailAddresses: []string{identity}, NotBefore: a.start.Add(-year), NotAfter: a.start.Add(year),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}, a.cert, k.Public())
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: k, Leaf: cert}
}

// planFetches starts the processes that visit mailboxes. What cannot be fetched its user must know.
func (w *World) planFetches() {
	for i := range w.scenario.Hosts {
		sc := &w.scenario.Hosts[i]
		for _, f := range sc.Fetch {
			h := w.net.Host(sc.Name)
			w.net.Spawn(h, "fetches mail", func() {
				h.Ports().Clock.Sleep(f.At)
				_, err := w.nodes[sc.Name].Fetch(node.Fetch{Server: f.From, User: f.User, Password: f.Password,
					InClear: f.InClear, Keep: f.Keep})
				if err != nil {
					w.unsent(sc.Name, "", f.From, err.Error())
				}
			})
		}
	}
}
