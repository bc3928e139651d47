// Package vnet is the deterministic world: hosts with clocks of their own, links between them, TCP and UDP in virtual time.
//
//  1. [New] makes a [Network]; [Network.AddHost] and [Network.SetLink] build it; [Host.Ports] gives what engines need.
//  2. Engines are ordinary blocking code in processes. Exactly one runs at a time; each runs until it blocks (process.go).
//  3. [Network.Step] takes the next packet or timer in the order (time, host, the host's own sequence) and runs all it wakes.
//  4. What a host sends passes its tap first (taps.go), then the fault hook and the link (link.go), then it arrives.
//  5. Same options, same calls, same bytes: on each machine and with any setting of the Go runtime.
//
// Times are int64 nanoseconds of true time since the start; there is no floating point. Nothing here is safe for use by
// several goroutines but [Network.Inject].
//
// Floor 2; read [Network.Step] first, then sim/host.
package vnet
