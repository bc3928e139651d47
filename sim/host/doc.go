// Package host is the set of ports through which a mail actor touches the world: time, network, storage, chance.
//
//  1. sim/vnet fills a [Host] with virtual time and simulated links; sim/realnet fills one with the operating system's.
//  2. Engines (smtpserver, smtpclient, queue, dns) are blocking code that knows only this package.
//  3. What an engine says it did goes to [Claims], a journal written without looking at the wire.
//
// Floor 1; read [Host] first.
package host
