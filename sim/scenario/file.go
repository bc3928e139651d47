package scenario

// A new key is made in four places:
//
//	file.go      the field here, with yaml:"its-name" doc:"what it says, its unit": schema and docs/scenario-file.md come of that
//	scenario.go  what it means, in the exported structs
//	parse*.go    the reading: must[T](p)(y.Key.span()), integer, oneOf, addr …; every error names the word it is about
//	../build.go  what the running world makes of it
//
// file is the YAML as it stands; parse.go gives it meaning.
type file struct {
	Scenario word     `yaml:"scenario" doc:"short name, as the file is called"`
	Title    word     `yaml:"title" doc:"one line for people"`
	Seed     word     `yaml:"seed" doc:"where all chances come from: a whole number"`
	Start    word     `yaml:"start" doc:"virtual date of the first moment: 2026-03-02T09:00:00Z"`
	Until    word     `yaml:"until" doc:"the run ends here at the latest: 5d; else when nothing is left to happen"`
	Learner  word     `yaml:"learner" doc:"the host from which console commands speak; else the first mua"`
	Lookups  word     `yaml:"lookups" doc:"all, or routing: only those that find the way of a mail"`
	Network  linkYAML `yaml:"network" doc:"links between hosts that have none of their own"`
	Links    []struct {
		Between []word   `yaml:"between" doc:"the two hosts: [a, b]"`
		Link    linkYAML `yaml:",inline"`
	} `yaml:"links" doc:"links of two hosts"`
	Hosts  []hostYAML   `yaml:"hosts" doc:"the machines"`
	Zones  word         `yaml:"zones" doc:"DNS records in zone-file form, one a line; A, AAAA and PTR of the hosts are there already"`
	Signed []word       `yaml:"signed" doc:"zones with DNSSEC"`
	Bogus  []word       `yaml:"bogus" doc:"zones whose DNSSEC is broken"`
	Broken []brokenYAML `yaml:"broken-names" doc:"names whose questions fail"`
	Mail   []mailYAML   `yaml:"mail" doc:"who writes what, when"`
	Faults []faultYAML  `yaml:"faults" doc:"what breaks, when"`
	Script []scriptYAML `yaml:"script" doc:"what somebody types, when"`
	Expect []expectYAML `yaml:"expect" doc:"what must come of it"`
}

type linkYAML struct {
	Latency   word `yaml:"latency" doc:"one way: 20ms"`
	Jitter    word `yaml:"jitter" doc:"added by chance: 5ms"`
	Bandwidth word `yaml:"bandwidth" doc:"64kbit, 10Mbit, 1Gbit"`
	Loss      word `yaml:"loss" doc:"of packets: 0.5%"`
}

type hostYAML struct {
	Name           word               `yaml:"name" doc:"full domain name; its first label stands for it elsewhere"`
	Addresses      []word             `yaml:"addresses" doc:"IPv4 and IPv6"`
	Roles          []word             `yaml:"roles" doc:"mua writes, msa takes submissions, mta relays, mda delivers, dns answers, web listens on port 80 only"`
	Persona        word               `yaml:"persona" doc:"the software it is like"`
	Domains        []word             `yaml:"domains" doc:"mail for these ends here"`
	Users          []word             `yaml:"users" doc:"local parts with a mailbox"`
	Aliases        map[string][]word  `yaml:"aliases" doc:"local part or address: [addresses]"`
	RelayFrom      []word             `yaml:"relay-from" doc:"networks whose mail goes anywhere"`
	RelayTo        []word             `yaml:"relay-to" doc:"domains of others that it takes mail for: a backup exchanger"`
	Routes         map[string]word    `yaml:"routes" doc:"domain: host, before the DNS is asked"`
	SubmitTo       word               `yaml:"submit-to" doc:"mua: its msa"`
	User           word               `yaml:"user" doc:"mua: the address that it writes from"`
	Extensions     *[]word            `yaml:"extensions" doc:"EHLO keywords offered; else those of the persona"`
	EHLO           word               `yaml:"ehlo" doc:"no: a host of 1982, EHLO is answered 500"`
	Service        serviceYAML        `yaml:",inline"`
	STS            stsYAML            `yaml:"mta-sts" doc:"web: the policy that it serves"`
	Sending        sendingYAML        `yaml:",inline"`
	Extended       extendedYAML       `yaml:",inline"`
	Authentication authenticationYAML `yaml:",inline"`
	Admission      admissionYAML      `yaml:"admission" doc:"what it demands of strangers before it takes their mail"`
	Account        accountYAML        `yaml:",inline"`
	Actors         actorsYAML         `yaml:",inline"`
	TLS            struct {
		DANE        word `yaml:"dane" doc:"yes: holds servers against their TLSA records"`
		STS         word `yaml:"mta-sts" doc:"yes: keeps to MTA-STS policies of others"`
		Reports     word `yaml:"reports" doc:"yes: domains that ask for it are told at midnight how TLS went"`
		Strict      word `yaml:"requiretls" doc:"yes: offers REQUIRETLS, and keeps to it"`
		TLSA        word `yaml:"tlsa" doc:"publishes a TLSA record of its certificate: ee, ta, wrong"`
		Submissions word `yaml:"submissions" doc:"yes: port 465 too, where TLS begins at once"`
		Offer       word `yaml:"offer" doc:"yes: STARTTLS is offered"`
		Client      word `yaml:"client" doc:"never, may (if offered), must"`
		Certificate word `yaml:"certificate" doc:"valid, expired, wrong-name"`
	} `yaml:"tls" doc:"its stand to TLS"`
	Limits struct {
		MessageSize word `yaml:"message-size" doc:"octets"`
		Recipients  word `yaml:"recipients" doc:"in one transaction"`
		Hops        word `yaml:"hops" doc:"Received fields before a loop is assumed"`
	} `yaml:"limits" doc:"what it takes"`
	Replies []struct {
		At        word `yaml:"at" doc:"CONNECT, EHLO, MAIL, RCPT, DATA or END of the mail data"`
		Recipient word `yaml:"recipient" doc:"only for this one"`
		Reply     word `yaml:"reply" doc:"\"450 4.2.0 Mailbox busy\""`
		Times     word `yaml:"times" doc:"so often, then no more"`
	} `yaml:"replies" doc:"answers a command otherwise than it would"`
	Clock struct {
		Offset word `yaml:"offset" doc:"ahead (61m) or behind (-5s)"`
		Drift  word `yaml:"drift" doc:"20ppm, -3.5ppm"`
		Zone   word `yaml:"zone" doc:"its time zone in quotes: \"+0200\""`
	} `yaml:"clock" doc:"how its clock is wrong"`
	Retry     []word `yaml:"retry" doc:"waits between tries, the last one again and again: [5m, 1h]; else those of the persona"`
	RetryLike word   `yaml:"retry-like" doc:"the retry schedule of a software: chasquid, exim, haraka, maddy, mox, opensmtpd, postfix, stalwart"`
	GiveUp    word   `yaml:"give-up" doc:"a mail is returned after this: 4d"`
}

type brokenYAML struct {
	Name word `yaml:"name" doc:"the name; those below it too"`
	How  word `yaml:"how" doc:"servfail or silent"`
}

type mailYAML struct {
	At         word            `yaml:"at" doc:"time after the start: 10m"`
	Host       word            `yaml:"host" doc:"the mua; else the one whose user is from"`
	From       word            `yaml:"from" doc:"sender, or \"<>\""`
	To         []word          `yaml:"to" doc:"recipients"`
	Bcc        []word          `yaml:"bcc" doc:"recipients that the header section does not name"`
	Header     word            `yaml:"header-to" doc:"the To field where it differs"`
	Subject    word            `yaml:"subject" doc:"the Subject field"`
	Body       word            `yaml:"body" doc:"the text"`
	Octets     word            `yaml:"octets" doc:"yes: raw goes octet for octet, its CRs and LFs included, with BODY=BINARYMIME"`
	URL        word            `yaml:"url" doc:"the msa fetches the mail from there (BURL)"`
	Raw        word            `yaml:"raw" doc:"the whole mail with its header section, instead of subject and body"`
	Params     word            `yaml:"params" doc:"of MAIL: RET=HDRS ENVID=x"`
	RcptParams map[string]word `yaml:"rcpt-params" doc:"of RCPT, by recipient: {bob@west.example: NOTIFY=SUCCESS}"`
	Size       word            `yaml:"size" doc:"lines of filler behind the body, up to so many octets"`
	Count      word            `yaml:"count" doc:"so many copies"`
	Every      word            `yaml:"every" doc:"time between copies"`
}

type faultYAML struct {
	At    word   `yaml:"at" doc:"time after the start: 10m"`
	Host  word   `yaml:"host" doc:"the host that breaks"`
	Link  []word `yaml:"link" doc:"or the link: [a, b]"`
	State word   `yaml:"state" doc:"off (refuses), silent (packets vanish), on"`
	For   word   `yaml:"for" doc:"so long; else for good"`

	Do        word   `yaml:"do" doc:"a fault with a place, a time window and odds: reply, delay, drip, hang, drop-before, drop-after, close, reset, crash, crash-after; refuse, silent; loss, duplicate, reorder, partition, clog; disk-full, dns, clock, certificate, zone"`
	Service   word   `yaml:"service" doc:"smtp, submission, submissions, lmtp; else any"`
	Command   word   `yaml:"command" doc:"the stage at which it strikes: CONNECT, EHLO, MAIL, RCPT, DATA, END …"`
	Recipient word   `yaml:"recipient" doc:"with command: RCPT: only for this one"`
	Odds      word   `yaml:"odds" doc:"each time by chance: 10%"`
	Times     word   `yaml:"times" doc:"so often, then no more"`
	Reply     word   `yaml:"reply" doc:"do: reply: the refusal, \"451 4.3.0 Try later\""`
	Wait      word   `yaml:"wait" doc:"delay, drip, reorder, hang: so long"`
	Down      word   `yaml:"down" doc:"crash: so long until the host is up again"`
	Queue     word   `yaml:"queue" doc:"crash: kept or lost"`
	Bandwidth word   `yaml:"bandwidth" doc:"clog: 1kbit"`
	How       word   `yaml:"how" doc:"dns: servfail, timeout, lame, stale; certificate: expired, wrong-name"`
	Name      word   `yaml:"name" doc:"dns: the name; else all"`
	Offset    word   `yaml:"offset" doc:"clock: shows so much too much"`
	Drift     word   `yaml:"drift" doc:"clock: gains so much, 20ppm"`
	Remove    []word `yaml:"remove" doc:"zone: names and types, \"west.example. MX\""`
	Add       []word `yaml:"add" doc:"zone: records"`
}

// scriptYAML is what somebody types: commands of the console, or a dialogue with a server.
type scriptYAML struct {
	At      word   `yaml:"at" doc:"time after the start: 10m"`
	Host    word   `yaml:"host" doc:"who types; else the learner"`
	Do      word   `yaml:"do" doc:"commands of the console, one a line: dig mx west.example"`
	Connect word   `yaml:"connect" doc:"a server to talk to by hand: mx1, mx1:587"`
	Type    []word `yaml:"type" doc:"the lines that are typed to it, each after the reply to the one before"`
}

// expectYAML is one expectation: mailbox, queue, reply, command, finding or event says what it is about.
type expectYAML struct {
	At       word        `yaml:"at" doc:"when it must hold: 2h; else at the end"`
	Mailbox  word        `yaml:"mailbox" doc:"an address: its mailbox has so many messages"`
	Queue    word        `yaml:"queue" doc:"a host: so many messages wait there"`
	Reply    word        `yaml:"reply" doc:"a reply was seen: 452, \"452 4.5.3\""`
	Command  word        `yaml:"command" doc:"a client line that begins so was seen"`
	Finding  word        `yaml:"finding" doc:"a finding was made (smtpsim codes list findings)"`
	Event    word        `yaml:"event" doc:"queue, delivery, bounce, connect (refused, unanswered), dns-query, dns-answer, fault or learner was seen"`
	Never    *expectYAML `yaml:"never" doc:"any of these must not be: {reply: 354}"`
	Messages word        `yaml:"messages" doc:"exactly so many"`
	Subject  word        `yaml:"subject" doc:"one of the mails has this in its subject"`
	Text     word        `yaml:"text" doc:"it is in one of the mails, the reply, the line or the event"`
	Verb     word        `yaml:"verb" doc:"the reply answers this; CONNECT is the greeting, END the end of the mail data"`
	From     word        `yaml:"from" doc:"the host that says it"`
	To       word        `yaml:"to" doc:"the host it is said to"`
	TLS      word        `yaml:"tls" doc:"yes: only within TLS; no: only in the clear; else either"`
	Host     word        `yaml:"host" doc:"the host of the mailbox, or where it happened"`
	Count    word        `yaml:"count" doc:"seen exactly so often; else at least once"`
}
