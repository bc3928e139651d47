// Package analyze turns captures into sessions, and finds what belongs together among them.
//
// The story of a capture:
//
//  1. [Files] or [Run] opens it with trace/capture, which decodes packets and spreads connections over 64 shards.
//  2. Each connection gets a trace/dialogue; what each shard has finished is gathered (shard.go).
//     Captures that follow each other in time are one timeline: connections go on over the border of files (timeline.go).
//  3. DNS messages beside the connections are remembered as look-ups (dnsflow.go, lookups.go); each SYN notes by which of them the client found
//     the server (way.go). After every so many segments the finished sessions are put into the order of their first packets, numbered, and told to
//     the [Sink]: the order depends on the capture alone, not on the number of workers.
//  4. At the end of a file its [trace.Capture] is told, with a reason where no session was found (reason.go).
//  5. What servers' logs say about a session's mail becomes findings (logs.go).
//  6. After the last file come the relations between transactions (relate.go), and between the attempts of one delivery (attempts.go).
//
// Floor 3; read [Run] first.
package analyze
