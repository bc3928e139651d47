package codes

// FindingID names a finding; ids are stable. Title, explanation, severity and source are in the entries of [KindFinding]; to
// add one, add a row to registry/findings.tsv, its texts to codes/text, and a constant here.
type FindingID string

// What a dialogue shows.
const (
	FindingBareLF               FindingID = "bare-lf"
	FindingBareCR               FindingID = "bare-cr"
	FindingBareLFEnd            FindingID = "bare-lf-end"
	FindingSmuggledEnd          FindingID = "smuggled-end"
	FindingBareLFCommand        FindingID = "bare-lf-command"
	FindingBareLFReply          FindingID = "bare-lf-reply"
	FindingLongTextLine         FindingID = "long-text-line"
	FindingEightBitNotDeclared  FindingID = "8bit-not-declared"
	FindingEarlyTalk            FindingID = "early-talk"
	FindingEarlyPipe            FindingID = "early-pipe"
	FindingEarlyData            FindingID = "early-data"
	FindingPipeliningNotOffered FindingID = "pipelining-not-offered"
	FindingPipeliningPastLast   FindingID = "pipelining-past-last"
	FindingBadSequence          FindingID = "bad-sequence"
	FindingSyntaxError          FindingID = "syntax-error"
	FindingToleratedSyntax      FindingID = "tolerated-syntax"
	FindingLongCommandLine      FindingID = "long-command-line"
	FindingBadChunkSize         FindingID = "bad-chunk-size"
	FindingBDATWithoutLast      FindingID = "bdat-without-last"
	FindingNoGreeting           FindingID = "no-greeting"
	FindingUnfinishedGreeting   FindingID = "unfinished-greeting"
	FindingMissingReply         FindingID = "missing-reply"
	FindingReplyNotSeen         FindingID = "reply-not-seen"
	FindingNoFinalReply         FindingID = "no-final-reply"
	FindingUnsolicitedReply     FindingID = "unsolicited-reply"
	FindingUnexpectedCode       FindingID = "unexpected-code"
	FindingBadReplyLine         FindingID = "bad-reply-line"
	FindingCodeChanges          FindingID = "code-changes"
	FindingLongReply            FindingID = "long-reply"
	FindingLongReplyLine        FindingID = "long-reply-line"
	FindingAuthInClear          FindingID = "auth-in-clear"
	FindingStartTLSStripped     FindingID = "starttls-stripped"
	FindingStartTLSInjection    FindingID = "starttls-injection"
	FindingStartTLSNoHandshake  FindingID = "starttls-no-handshake"
	FindingTLSAlert             FindingID = "tls-alert"
	FindingTLSNotDecrypted      FindingID = "tls-not-decrypted"
	FindingRoleReversal         FindingID = "role-reversal"
	FindingNoQUIT               FindingID = "no-quit"
	FindingServerClosed421      FindingID = "server-closed-421"
	FindingSizeExceeded         FindingID = "size-exceeded"
	FindingSizeLie              FindingID = "size-lie"
	FindingOpenRelayTry         FindingID = "open-relay-try"
	FindingGreylisted           FindingID = "greylisted"
	FindingMailboxUnknown       FindingID = "mailbox-unknown"
	FindingPolicyRefused        FindingID = "policy-refused"
	FindingNullMX               FindingID = "null-mx"
)

// What a capture shows.
const (
	FindingMidstream          FindingID = "midstream"
	FindingOneSided           FindingID = "one-sided"
	FindingDataGap            FindingID = "data-gap"
	FindingCutShort           FindingID = "cut-short"
	FindingNotReadable        FindingID = "not-readable"
	FindingNotACapture        FindingID = "not-a-capture"
	FindingNoPackets          FindingID = "no-packets"
	FindingNoTCP              FindingID = "no-tcp"
	FindingNoPayload          FindingID = "no-payload"
	FindingEncryptedOnly      FindingID = "encrypted-only"
	FindingNoSMTP             FindingID = "no-smtp"
	FindingTruncatedCapture   FindingID = "truncated-capture"
	FindingSnaplen            FindingID = "snaplen"
	FindingChecksum           FindingID = "checksum"
	FindingOverlapContradicts FindingID = "overlap-contradicts"
	FindingLinkTypeUnknown    FindingID = "link-type-unknown"
	FindingFragmentsMissing   FindingID = "fragments-missing"
	FindingSecretsDropped     FindingID = "secrets-dropped"
	FindingBadKeyLog          FindingID = "bad-key-log"
	FindingUnknownInterface   FindingID = "unknown-interface"
	FindingSeveralCaptures    FindingID = "several-captures"
)

// What the logs of servers say about the mail of a capture.
const (
	FindingLogFate    FindingID = "log-fate"
	FindingLogDiffers FindingID = "log-differs"
)

// What the trace fields of a message show.
const (
	FindingClockSkew               FindingID = "clock-skew"
	FindingZoneSkew                FindingID = "zone-skew"
	FindingClockFarOff             FindingID = "clock-far-off"
	FindingDateWrongZone           FindingID = "date-wrong-zone"
	FindingDateBeforeFirstStamp    FindingID = "date-before-first-stamp"
	FindingSlowHop                 FindingID = "slow-hop"
	FindingNoDate                  FindingID = "no-date"
	FindingObsoleteDate            FindingID = "obsolete-date"
	FindingSpamwareDate            FindingID = "spamware-date"
	FindingChainGap                FindingID = "chain-gap"
	FindingMailLoop                FindingID = "mail-loop"
	FindingDuplicateHop            FindingID = "duplicate-hop"
	FindingManyHops                FindingID = "many-hops"
	FindingTooManyHops             FindingID = "too-many-hops"
	FindingNoReceived              FindingID = "no-received"
	FindingUnparsedReceived        FindingID = "unparsed-received"
	FindingForgedHopSuspected      FindingID = "forged-hop-suspected"
	FindingImpossibleAddress       FindingID = "impossible-address"
	FindingPrivateAddress          FindingID = "private-address"
	FindingNameNotConfirmed        FindingID = "name-not-confirmed"
	FindingHELOIsReceiver          FindingID = "helo-is-receiver"
	FindingSeveralRecipients       FindingID = "several-recipients"
	FindingUnregisteredProtocol    FindingID = "unregistered-protocol"
	FindingTLSNotInProtocol        FindingID = "tls-not-in-protocol"
	FindingReturnPathTwice         FindingID = "return-path-twice"
	FindingTraceNotOnTop           FindingID = "trace-not-on-top"
	FindingHeaderLeadingBlankLine  FindingID = "header-leading-blank-line"
	FindingHeaderByteOrderMark     FindingID = "header-byte-order-mark"
	FindingHeaderQuotedMboxFrom    FindingID = "header-quoted-mbox-from"
	FindingHeaderJunkLine          FindingID = "header-junk-line"
	FindingHeaderBareLF            FindingID = "header-bare-lf"
	FindingHeaderBareCR            FindingID = "header-bare-cr"
	FindingHeaderEightBit          FindingID = "header-eight-bit"
	FindingHeaderNulOctet          FindingID = "header-nul-octet"
	FindingHeaderSpaceBeforeColon  FindingID = "header-space-before-colon"
	FindingHeaderBlankContinuation FindingID = "header-blank-continuation"
	FindingHeaderNoBlankLine       FindingID = "header-no-blank-line"
	FindingHeaderTooLong           FindingID = "header-too-long"
)

// Second names; each means the same as the finding that registry/findings.tsv names beside it.
const (
	FindingEarlyTalker             FindingID = "early-talker"
	FindingCommandOutOfOrder       FindingID = "command-out-of-order"
	FindingUnknownCommand          FindingID = "unknown-command"
	FindingLineTooLong             FindingID = "line-too-long"
	FindingReplyMismatch           FindingID = "reply-mismatch"
	FindingReplyWithoutCommand     FindingID = "reply-without-command"
	FindingSyntaxTolerated         FindingID = "syntax-tolerated"
	FindingEightBitWithout8BITMIME FindingID = "eight-bit-without-8bitmime"
	FindingNegativeDelay           FindingID = "negative-delay"
	FindingLongDelay               FindingID = "long-delay"
	FindingHopGap                  FindingID = "hop-gap"
	FindingLoop                    FindingID = "loop"
)

// Severity is the finding's severity, "note", "warning" or "error"; "" for an id that is not known.
func (id FindingID) Severity() string {
	f, _ := facts().find(KindFinding, string(id))
	return f.status
}

// Source is the section a finding rests on: "RFC 5321 §2.3.8".
func (id FindingID) Source() string {
	f, _ := facts().find(KindFinding, string(id))
	return f.source
}

// Canonical is the id that means the same, or the id itself.
func (id FindingID) Canonical() FindingID {
	if f, ok := facts().find(KindFinding, string(id)); ok && f.same != "" {
		return FindingID(f.same)
	}
	return id
}
