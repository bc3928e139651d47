// Package tlsrec turns the records of a TLS connection into the plaintext inside them, for connections whose secrets are known.
//
// The story of a connection:
//
//  1. [Keys] reads key logs: of files beside a capture, and of the secrets inside it. A secret counts from its packet on, so that it
//     does not matter who reads faster.
//  2. [Room.Open] gives a [Conn], which takes ciphertext chunk by chunk. record.go puts records together again, and finds the next one
//     behind octets that were lost.
//  3. handshake.go reads the messages in them: the hellos (RFC 8446 §4.1), the server's certificate, KeyUpdate.
//  4. schedule.go makes keys of secrets, cipher.go opens records with them: TLS 1.3 with AES-GCM and ChaCha20-Poly1305 (RFC 8446 §5.2),
//     TLS 1.2 with these and with CBC, encrypt-then-MAC or not (RFC 5246 §6.2.3, RFC 7366).
//  5. tls12.go and tls13.go say which key it is: by the handshake where it was seen whole, else by trying; a record that is not
//     authentic under a key is not opened by it.
//  6. [Conn.Finish] tells what the handshake showed: cipher, certificate, alert, and that records stayed closed though there were secrets.
//
// What was decrypted keeps the packet and the time that completed its record.
//
// Floor 2; read [Conn.Open] first.
package tlsrec
