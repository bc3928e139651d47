package sasl

import "crypto/tls"

// BindingOf is what SCRAM-PLUS binds to in a TLS connection: tls-exporter in TLS 1.3 (RFC 9266 §4), tls-unique below
// (RFC 5929 §3). It is zero where there is none: without TLS (state is nil), and in a resumed session of TLS 1.2 without
// extended master secret.
func BindingOf(state *tls.ConnectionState) Binding {
	switch {
	case state == nil:
		return Binding{}
	case state.Version >= tls.VersionTLS13:
		data, err := state.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32) // RFC 9266 §2
		if err != nil {
			return Binding{}
		}
		return Binding{Type: "tls-exporter", Data: data}
	case len(state.TLSUnique) == 0:
		return Binding{}
	}
	return Binding{Type: "tls-unique", Data: state.TLSUnique}
}
