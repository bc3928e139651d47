// Package trace is the model of evidence: what was seen on the wire or in a header, by whom, and when.
//
// The story of a byte:
//
//  1. A source (the simulator's tap, a capture's assembler) opens a [Flow] and yields [Chunk]s of its two directions.
//  2. trace/dialogue turns chunks into [Event]s and a [Session] with its [Transaction]s and [Finding]s.
//  3. A [Recorder] takes them as they become known; a [Timeline] keeps them, capped, in one order with
//     what happened beside the dialogues (DNS, queues, deliveries).
//  4. trace/hops reads [Hop]s out of Received fields and joins them with sessions.
//
// [Evidence] says of each fact how far it can be trusted. Nothing here does I/O.
//
// Floor 1; read [Chunk] first, then [Session].
package trace
