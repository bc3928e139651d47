// Package auth is message authentication: who may send for a domain (SPF), who answers for a text (DKIM), what the domain
// in From wants done with the rest (DMARC), and what those in between saw (ARC).
//
//  1. [CheckSPF] holds a client's address against the records of the domain it names in MAIL or HELO.
//  2. [Signer.Sign] puts a DKIM-Signature in front of a text; [VerifyDKIM] checks all that it carries.
//  3. [CheckDMARC] finds the policy of the domain in From by the tree walk, and whether SPF or DKIM passed for it.
//  4. [Signer.Seal] and [ValidateARC] write and check the chain of those who passed a mail on.
//  5. [Results] is the Authentication-Results field that tells later readers, and [StripResults] takes forged ones out.
//  6. [Tally] counts verdicts by domain and writes the aggregate report that a domain's owner asks for.
//
// All look-ups go through the [Resolver] given; the time, keys and texts are given too: nothing here waits by itself.
//
// Floor 3; read [VerifyDKIM] first.
package auth
