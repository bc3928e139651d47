// Package conform is the suite of dialogues that holds the engines and nodes to the requirements of the RFCs: it reads
// scripts, breaks nodes on purpose, and ties tests to requirement ids.
//
//  1. [Parse] reads a script of testdata: what it shows, which requirements, a dialogue or a network, and its deviations.
//  2. [ReplyWant] and the other expectations judge what came over the wire.
//  3. A [Mutation] is a named way to break a node as others see it: lines of its connections, its calls, its disk.
//     The script must hold without it and fail with it, at the place that the requirement is about.
//  4. [Tag] does the same for a test written in Go.
//
// The runner is in the tests of this package; docs/rfc-index.md is made from the scripts and tags. Floor 2; read [Script] first.
package conform
