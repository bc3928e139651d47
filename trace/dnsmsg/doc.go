// Package dnsmsg reads DNS messages from captures: what was asked, and what was answered.
//
//  1. [Parse] reads the header, the one question and the answer section of a message (message.go).
//  2. Names are put together over compression pointers, with a bound on their length and on the jumps (name.go).
//  3. Records become lines of a zone file, which is how people know them (record.go).
//
// Nothing is asked or answered here, and no message is written: the simulator's resolver and servers live in sim/dns.
//
// Floor 1; read [Parse] first.
package dnsmsg
