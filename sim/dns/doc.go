// Package dns is the domain name system of a simulated world: zones, the server that answers for them, and the resolver
// that asks.
//
//  1. A [Zone] is a list of [Record]s; [Zones] holds those of one server and can be edited while the world runs.
//  2. A [Server] answers datagrams in wire format: NOERROR with and without data, NXDOMAIN, SERVFAIL, silence: all distinct.
//  3. A [Resolver] asks from a host in its virtual time, chases CNAMEs, ignores what it did not ask for, and caches by TTL.
//  4. [Describe] reads a datagram for the timeline, [Dig] and [NSLookup] print a [Response] for people.
//
// Only this package knows miekg/dns, and of that only Pack and Unpack: its client and server use goroutines and the wall
// clock.
//
// Floor 3; read [Record] first, then [Resolver].
package dns
