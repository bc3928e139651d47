// Package queue keeps the mail a host has answered for, finds out where it goes next, and tries until it is delivered or
// given back.
//
//  1. [Queue.Accept] stores a message before the server says 250 (RFC 5321 §6.1) and wakes the runner.
//  2. The runner groups recipients by domain; each domain has a worker that sends one message after the other.
//  3. [Router] says where a domain's mail goes: local rules first, then MX, then the address (RFC 5321 §5.1).
//  4. The worker tries the exchangers in order; what each recipient got goes to settle: done, later, or back to the
//     reverse-path, never a report about a report (RFC 5321 §4.5.5).
//  5. What a mail asks for itself, by parameters of MAIL (asks.go), and what a domain demands of TLS (demand.go) is minded in
//     each try.
//  6. What waits is on the host's disk and is found again by [Open] after a crash.
//
// Floor 3; read [Queue.Accept] first, then [Router.Route].
package queue
