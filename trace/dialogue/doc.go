// Package dialogue turns the octets of one connection into the session that was held on it: commands, replies,
// transactions and findings. It does no I/O, starts nothing and remembers only bounded amounts.
//
// The story of a connection:
//
//  1. [New] gives a [Dialogue], a trace.FlowSink. While it is not known what the connection speaks, detect.go holds
//     the first octets back; [Dialogue.Bored] tells when they are surely no mail.
//  2. client.go reads the client's direction: lines, the text after DATA, the octets of a BDAT, the answers of an AUTH
//     exchange. What comes next often depends on the server (RFC 5321 §4.1.1.4: text only after 354), so it waits
//     for the reply that decides, within bounds.
//  3. server.go reads replies; match.go gives each to the command it answers, first come first served (RFC 2920 §3.2),
//     and finds its way again where one side is missing.
//  4. effect.go says what an answered command did to the session, transaction.go to the mail transaction.
//  5. smuggle.go decides where a text ended whose line ends are not CRLF: where the server's replies say.
//  6. starttls.go reads what a TLS handshake shows in the clear. Octets after it are opaque unless an [Upgrader] opens them.
//
// All octets go into events and transactions raw. Secrets of AUTH never do.
//
// Floor 2; read [Dialogue] first, then client.go.
package dialogue
