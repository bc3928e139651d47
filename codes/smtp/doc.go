// Package smtp is the language of RFC 5321: what the octets of a mail session mean, without any I/O.
//
// The story of a line:
//
//  1. [ParseCommand] reads a client's line into a [Command]: verb, paths, parameters. [Strict] takes what the RFC
//     tells a receiver to take; [Tolerant] takes what real software takes and notes each [Tolerance].
//  2. [Mailbox], [ReversePath], [ForwardPath] and [Param] are the grammar of RFC 5321 §4.1.2 and §4.1.3; what they
//     print parses to the same value again.
//  3. [Reply] and [ReplyParser] are the grammar of §4.2, with the enhanced status codes of RFC 2034.
//  4. [Stuffer] and [Unstuffer] make mail data transparent (§4.5.2), as explicit state machines.
//  5. [Lookup] and [State.After] are the session table: in which [State] a [Verb] may come, which reply codes may
//     answer it, and what the next state is. A server's 503 and an analyzer's finding both come from it.
//
// Floor 0; read [Command] first, then [State].
package smtp
