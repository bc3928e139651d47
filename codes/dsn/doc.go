// Package dsn writes and reads delivery status notifications: the reports of RFC 3464, by which a mail system tells a
// sender what became of a mail.
//
//  1. A [Report] holds what the report says: of the mail as a whole, and of each [Recipient].
//  2. [Format] makes it a complete message: multipart/report (RFC 6522) of a text for people, the fields for programs
//     (message/delivery-status), and the mail it is about.
//  3. [Parse] reads such a message back, also as other software writes it.
//
// Floor 0; read [Report] first.
package dsn
