// Package interop lets the client engine deliver to real mail servers, and the server engine receive from them. It has tests
// only.
//
//  1. Each of Postfix, Exim and OpenSMTPD runs on loopback, from a directory of its own, on a port that was free: the last two
//     in a root directory of their own, so that nothing of theirs touches the machine (jail_test.go).
//  2. The client engine gives mail to it, and the test looks what the server stored (deliver_test.go).
//  3. The server hands mail on to servers of this project, which note what they heard (sink_test.go, receive_test.go).
//
// Postfix is installed; the others are unpacked under /opt/smtpsim-mta, or where SMTPSIM_MTA says, because Debian installs
// only one of them at a time (.ci/run does both). Floor 5; read mta_test.go first.
package interop
