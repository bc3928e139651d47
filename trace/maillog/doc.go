// Package maillog reads what mail servers write into their logs about mail that came and mail that went.
//
//  1. [Scan] takes a log line by line, each with the time that its writer put in front (time.go).
//  2. Four kinds of software are known by the looks of their lines: Postfix and Sendmail (syslog.go), OpenSMTPD (opensmtpd.go), Exim (exim.go).
//  3. A line about a mail becomes a [Record]: under which queue id it came or went, from whom, to whom, over which relay, with what outcome.
//
// A log is a claim: what is said here has to be held against other evidence by whoever uses it.
//
// Floor 1; read [Scan] first.
package maillog
