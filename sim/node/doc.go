// Package node makes mail actors of RFC 5598 out of the engines: MUA, MSA, MTA, MDA, and the machines beside them.
//
//  1. A [Config] says what one host does; [Start] opens its services in processes of that host. Roles may be combined, as
//     real servers combine them: MSA, MTA and MDA of one host share a queue and mailboxes.
//  2. An MUA submits to its MSA ([Node.Submit]); the MSA takes mail from its own users, the MTA by relay policy (policy.go): it
//     asks sim/policy about strangers (admission.go) and sim/policy/auth about their mail (authenticate.go).
//  3. What was accepted gets a Received field and goes into the queue (sim/queue); the MDA puts it into mailboxes with a
//     Return-Path (mailbox.go, mailboxformat.go), or a message store takes it over LMTP. At some hosts it ends elsewhere
//     (agents.go): a list, a program, a file, a gateway; filters and forwarders change it on the way.
//  4. Scripted replies make a host misbehave on purpose (replies.go).
//
// Floor 4; read [Config] first.
package node
