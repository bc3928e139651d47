// Package secure decides what TLS a mail needs on its way to a domain, from what the domain has published.
//
//  1. [Certificates] holds a server's certificates against its TLSA records (DANE, RFC 7672).
//  2. [ParsePolicy] reads a domain's MTA-STS policy, [Policy.Allows] holds an exchanger's name against it (RFC 8461).
//  3. [Cache] remembers policies for as long as they say.
//
// It asks nobody itself: sim/node looks up, fetches and connects.
//
// Floor 3; read [Certificates] first.
package secure
