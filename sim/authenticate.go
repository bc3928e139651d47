package sim

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/sim/policy/auth"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

// signer is what a host signs with; nil if it does not. Its key follows from the seed, the domain and the selector.
func (w *World) signer(h *scenario.Host) (*auth.Signer, error) {
	s := h.Sign
	if s == nil {
		return nil, nil
	}
	name := s.Selector + "." + s.Domain + " " + s.Algorithm
	if w.keys[name] == nil {
		seed := sha256.Sum256(fmt.Appendf(nil, "smtpsim dkim %d %s", w.Seed(), name))
		key, err := auth.NewKey(auth.Algorithm(s.Algorithm), seed)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", h.Name, err)
		}
		if w.keys == nil {
			w.keys = map[string]*auth.Key{}
		}
		w.keys[name] = &key
	}
	return &auth.Signer{Domain: s.Domain, Selector: s.Selector, Key: *w.keys[name], Header: auth.Canon(s.Header), Body: auth.Canon(s.Body),
		Identity: s.Identity, Expires: s.Expires, Prefix: s.Prefix}, nil
}

// keyRecords are the records of the keys that hosts sign with (RFC 6376 §3.6.2), each once.
func (w *World) keyRecords() ([]string, error) {
	var lines []string
	for i := range w.scenario.Hosts {
		h := &w.scenario.Hosts[i]
		s, err := w.signer(h)
		if err != nil {
			return nil, err
		}
		if s == nil || h.Sign.Publish == "no" {
			continue
		}
		record := s.Key.Record()
		switch h.Sign.Publish {
		case "revoked":
			record = s.Key.Revoked()
		case "testing":
			record += "; t=y"
		}
		line := fmt.Sprintf("%s._domainkey.%s. %d IN TXT%s", s.Selector, s.Domain, hostTTL, quoteStrings(record))
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// quoteStrings is the text of a TXT record, cut into strings of 255 octets (RFC 6376 §3.6.2.2).
func quoteStrings(text string) string {
	out := ""
	for text != "" {
		n := min(len(text), 255)
		out += ` "` + text[:n] + `"`
		text = text[n:]
	}
	return out
}

// authenticate gives a host its checks and its key.
func (w *World) authenticate(cfg *node.Config, h *scenario.Host) error {
	if h.Checks == nil && h.Sign == nil && h.Footer == "" {
		return nil
	}
	s, err := w.signer(h)
	cfg.Auth = &node.Authentication{Sign: s, Footer: h.Footer}
	if c := h.Checks; c != nil {
		stand := map[string]node.Stand{"no": node.Ignore, "report": node.Report, "enforce": node.Enforce}
		a := cfg.Auth
		a.SPF, a.DMARC, a.DKIM, a.ARC = stand[c.SPF], stand[c.DMARC], c.DKIM, c.ARC
		a.ReceivedSPF, a.Reports, a.Trust = c.ReceivedSPF, c.Reporter, c.Trust
	}
	return err
}
