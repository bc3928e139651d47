// Package console is the learner's hand in a simulated world: talk to a server, ask the name server, look into queues and
// mailboxes, switch machines off.
//
//  1. [Console.Do] takes one typed line. Outside a session it is a world command (telnet, dig, mailq, …), inside it is what
//     the learner says to the server; a line that begins with "::" is sent with one colon.
//  2. A typed line takes one virtual second; then the world runs until the answer is there.
//  3. [Output] carries what was said with the voice that said it, so that a tutor and a server never sound alike.
//
// Names are those people know from real tools. Nothing here knows how the world is built: it comes in as [World].
// Floor 4; read [Console] first.
package console
