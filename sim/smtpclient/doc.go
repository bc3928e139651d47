// Package smtpclient is the client side of SMTP and LMTP: one blocking engine over a net.Conn, the same in virtual time
// and over the sockets of the operating system.
//
//  1. [New] takes a connection, [Client.Open] hears the greeting and introduces itself: EHLO, else HELO; STARTTLS, and EHLO
//     again; AUTH.
//  2. [Client.Send] gives one mail to the server: MAIL, RCPT.., DATA, the text. Where PIPELINING was offered the commands
//     go out in groups. What became of each recipient stands in the [Result]; [Error] says why nobody got it.
//  3. [Client.Quit] says goodbye; several mails may be sent before.
//  4. An extension has a file of its own, named like its keyword, and a switch in [Config].
//
// Which server to ask, and when to ask again, is sim/queue's.
//
// Floor 3; read [Client.Send] first.
package smtpclient
