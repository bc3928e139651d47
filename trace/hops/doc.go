// Package hops reads the way of a message out of its Received fields: who handed it to whom, when, and how far to believe it.
//
//  1. [Trace] reads the header section and makes a hop of each Received field, the first in time first.
//  2. It measures delays (signed), compares the Date field with the first stamp, and estimates clocks that are wrong.
//  3. It walks from the top, where the reader's own servers wrote, to the border behind which anyone can have written
//     ([Trust]).
//  4. It names what is odd as findings, each with its source. A gap between hops, a private address or a wrong clock is
//     everyday life and never called forgery.
//  5. A delivery report is read too, and the mail inside it traced.
//  6. [Witness] joins hops with sessions of a capture.
//
// Floor 2; read [Message] first.
package hops
