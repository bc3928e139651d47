// Package persona is how one mail software behaves, as data: what it says, what it lets pass, how long it keeps trying.
//
//  1. A server engine meets a [Situation] ("RCPT names an unknown user") and asks [Persona.Reply] for the words. The code
//     table decides what may be answered; the persona decides what this software does answer.
//  2. [Customs] are the habits in which software strays from RFC 5321 or goes beyond it, each a switch.
//  3. [Extensions] are the EHLO keywords it offers, in its own order; [Persona.QueueID] makes its queue ids;
//     [Retry] is its schedule for mail that cannot be delivered yet.
//  4. [Postfix] and [Exim] are the two personalities, held by a test against recordings of the real ones.
//
// Floor 3; read [Persona] first.
package persona
