// Package smtpserver is the server side of SMTP and LMTP: one blocking session engine over a net.Conn, the same in virtual
// time and over the sockets of the operating system.
//
//  1. [Server.Run] accepts connections; [Server.Serve] leads one session from the greeting to its end (session.go).
//  2. Each line is read, claimed, parsed by codes/smtp and handed to the method of its verb: the files hello, mail, rcpt,
//     data and verbs read like RFC 5321 §4.1.1. The session table of codes/smtp says what is out of order.
//  3. An extension has a file of its own, named like its keyword, and a switch in [Config].
//  4. What a reply says comes from the persona, unless the [Backend] answered itself.
//  5. A [Backend] decides what is taken. It gets a [Transaction]: all that a Received field and a queue need to know.
//
// The engine waits for the client in one place only, [session.Read]; replies collected so far go out first.
//
// Floor 3; read [Server.Serve] first, then [Backend].
package smtpserver
