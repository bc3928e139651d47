// Package sasl is the authentication exchanges that SMTP and POP3 carry (RFC 4422, RFC 4954, RFC 5034), both sides, without
// I/O: a challenge goes in, a response comes out.
//
//  1. [NewServer] makes the asking side of a mechanism, [NewClient] the answering one; [Mechanisms] lists all of them.
//  2. The protocol around them carries their octets in base64: [Server.Next] and [Client.Next] never see a line.
//  3. A server looks its users up with [ServerOptions.Find]: a [Credential] is a password, SCRAM keys or a token.
//  4. Why an exchange failed is one of few errors, which the protocol turns into its own replies.
//  5. Randomness and time are given from outside, so that the same exchange can be had twice.
//
// SCRAM is github.com/xdg-go/scram's; the other mechanisms are written here, a file each.
//
// Floor 0; read [Server] first.
package sasl
