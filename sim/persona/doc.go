// Package persona is how one mail software behaves, as data: what it says, what it lets pass, how long it keeps trying.
//
//  1. A server engine meets a [Situation] ("RCPT names an unknown user") and asks [Persona.Reply] for the words. The code
//     table decides what may be answered; the persona decides what this software does answer.
//  2. [Customs] are the habits in which software strays from RFC 5321 or goes beyond it, each a switch.
//  3. [Extensions] are the EHLO keywords it offers, in its own order; [Persona.QueueID] makes its queue ids;
//     [Retry] is its schedule for mail that cannot be delivered yet.
//  4. [Client] is how it behaves towards servers: how it splits envelopes, how long it waits.
//  5. Each personality is a file of data/: [Load] reads them, [ByName] copies one. A file says only what differs from the
//     one it is "like", or from the RFCs' own words in data/neutral.txt. [Catalog.Parse] reads one of somebody else's.
//     Tests hold four of them against recordings of the real software.
//
// Floor 3; read [Persona] first.
package persona
