// Package mtqp is the Message Tracking Query Protocol: the question where a mail is, and the answer (RFC 3887).
//
//  1. [Serve] leads one session on the server's side: greeting, TRACK, COMMENT, QUIT. What is known comes from a [Tracker].
//  2. [Ask] is one question from the client's side: it hears the greeting, says TRACK with envelope id and secret, reads the
//     answer (RFC 3886) and says goodbye.
//
// Whom to ask next, when a host says that it has transferred the mail, is sim/node's.
//
// Floor 3; read [Serve] first.
package mtqp
