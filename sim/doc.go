// Package sim is the simulated world: a scenario brought to life, stepped, talked to, and witnessed.
//
//  1. [Open] builds hosts, links, zones and nodes from a scenario on a virtual-time network.
//  2. [World.Step], [World.RunUntil] and [World.RunIdle] let time pass; [World.Do] is a learner's typed line.
//  3. What happens on the wire goes through trace/dialogue into a timeline and to the caller's [Sinks]; what the engines say
//     they did comes out as claims, written without looking at the wire.
//  4. [World.Verdicts] tells which of the scenario's expectations hold, from timeline, mailboxes and queues.
//  5. The [Journal] names scenario, seed and every outside act with a digest of the timeline; [Replay] does it again, to the
//     same bytes. Going back and grading stand on this.
//
// Floor 5; read [World] first.
package sim
