// Package lossless holds the promise of RFC 5321 §6.1 against the whole machinery: what was accepted is delivered, reported,
// or still in a queue. It has tests only.
//
//  1. A number draws a network, its faults and its mail (draw_test.go), written as a scenario file (draft_test.go).
//  2. While it runs, witnesses outside the nodes note what servers took and what clients were told (ledger_test.go).
//  3. Afterwards mailboxes and spools are read from the disks and held against that (judge_test.go).
//  4. A network that fails is made smaller for as long as it fails, and printed with the command that runs it again.
//  5. Bugs planted at the seams of the nodes show that the judge would notice (bugs_test.go).
//
// Floor 5; run go test ./sim/lossless -seeds=20000.
package lossless
