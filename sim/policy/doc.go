// Package policy decides which clients may give their mail to a host, by what is known of them before the text comes.
//
//  1. [Greylist] makes a client that nobody knows come back later (RFC 6647).
//  2. [List] asks the DNS whether an address is listed (RFC 5782).
//  3. [Named] and [Hello] ask who a client says it is, and what the DNS says to that.
//  4. [Rates] bound how often a client may come.
//
// Each is a small book-keeper or question of its own that gives a reply, or none; sim/node asks them at RCPT. What the
// message itself shows (SPF, DKIM, DMARC, ARC) is sim/policy/auth's.
//
// Floor 3; read [Greylist] first.
package policy
