// Package capture turns packet captures into TCP conversations, and packets into captures.
//
// The way of a packet:
//
//  1. [Open] looks at the magic: pcap, pcapng or gzip of either (open.go). [Reader.Next] reads records one after the other
//     through one bounded window (input.go, pcap.go, pcapng.go); nothing is ever allocated because a file claims a length.
//  2. The decoder peels link layers, IP and tunnels off (link.go, ip.go), puts IP fragments together (fragment.go) and
//     yields a [trace.Segment]; UDP and ICMP go to the hooks of [Options] (udp.go).
//  3. [Shards] gives each segment to one of 64 logical shards by a fixed hash of its endpoints (shards.go). Each shard has an
//     [Assembler] and a budget of its own, so what comes out does not depend on the number of workers.
//  4. The assembler keeps one conn per connection (assembler.go, conn.go) with a stream for each direction (stream.go): it puts octets
//     in order, drops what was sent twice, says what was lost (gap.go), and hands [trace.Chunk]s to a [trace.FlowSink] so that
//     no octet comes out before the octets that its sender had acknowledged.
//  5. [Writer] writes pcapng that is the same on every machine (writer.go); [WriteFile] lets the file appear whole or not at all.
//
// A capture that ends or breaks in the middle gives all that stands before, and a finding that names the octet and the packet.
// No third-party package is used here; gopacket is the oracle of the tests.
//
// Floor 2; read [Reader.Next] first, then [Assembler.Segment].
package capture
