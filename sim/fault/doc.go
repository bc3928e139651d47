// Package fault says what goes wrong in a world: plain data, and dice that say when it does.
//
//  1. A [Fault] has a kind, a window of time, odds, and whom it concerns; sim/scenario reads it from the file.
//  2. Faults of a session ([Kind.InSession]) strike at a [Stage]: the server engine asks [Dice.Strike] there, once for each.
//  3. All others change the world around the engines (links, disks, clocks, names): package sim does that at their times.
//  4. Each fault draws from a stream of its own, so that one more of them changes nothing for the rest.
//
// Floor 1; read [Fault] first, then the list of kinds.
package fault
