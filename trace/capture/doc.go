// Package capture turns packet captures into TCP conversations, and packets into captures.
//
// The way of a packet:
//
//  1. [Open] looks at the magic: pcap, pcapng, gzip or zstd of either (open.go, zstd.go). [Reader.Next] reads records one after the other
//     through one bounded window (input.go, pcap.go, pcapng.go, interface.go); nothing is ever allocated because a file claims a length.
//  2. The decoder peels link layers, IP and tunnels off (link.go, ip.go, udp.go), puts IP fragments together (fragment.go) and
//     yields a [trace.Segment]; UDP datagrams and ICMP errors go to the hooks of [Options].
//  3. [Shards] gives each segment to one of 64 logical shards by a fixed hash of its endpoints (key.go, shards.go, worker.go). Each
//     shard has an [Assembler] and a part of every limit, so what comes out does not depend on the number of workers.
//  4. The assembler keeps one conn per connection (assembler.go, conn.go, guess.go) with a stream for each direction (stream.go): it puts
//     octets in order, drops what was sent twice (overlap.go), and says what was lost (gap.go). It hands [trace.Chunk]s to a
//     [trace.FlowSink] in capture order over both directions, but no octet before those that its sender had acknowledged.
//  5. [Writer] writes pcapng that is the same on every machine (writer.go); [WriteFile] and [CreateFile] let the file appear whole or not
//     at all (file.go).
//
// In a chunk, Offset is the place of Data, lost octets counted; a gap that nothing follows yet comes alone, as soon as something else shows
// that its octets existed. What the assembler tells in which case is written down in testdata/assemble.
//
// A capture that ends or breaks in the middle gives all that stands before, and a finding that names the octet and the packet.
// A [Filter] narrows what is assembled to hosts, ports, networks and times (filter.go). gopacket and tshark are the oracles of the tests.
//
// Floor 2; read [Reader.Next] first, then [Assembler.Segment].
package capture
