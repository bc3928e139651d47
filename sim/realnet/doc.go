// Package realnet fills the ports of sim/host with the operating system: wall clock, sockets, a directory.
//
//  1. [New] gives a *host.Host; the engines that run in sim/vnet run with it against real peers.
//  2. Processes are goroutines, so Claims are called from many at once.
//  3. Entropy is nil: TLS draws from crypto/rand.
//
// Floor 2; read sim/host first.
package realnet
