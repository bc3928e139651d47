package sim

// likeRecordings are the recordings of servers that speak to each other, and the scenarios that show the same.
func likeRecordings() []*likeRecorded {
	one := func(recording, hosts, from, to string) *likeRecorded {
		return &likeRecorded{recording: recording, hosts: hosts, mail: []string{"at: 1s, from: " + from + ", to: [" + to + "]"}}
	}
	with := func(r *likeRecorded, change func(*likeRecorded)) *likeRecorded { change(r); return r }
	return []*likeRecorded{
		one("02-pipelining-postfix-postfix", "alpha epsilon", "alice@alpha.example", "bob@epsilon.example, carol@epsilon.example"),
		with(one("03-bdat-exim-exim", "beta zeta", "alice@beta.example", "bob@zeta.example"), func(r *likeRecorded) {
			r.extra = map[string]string{"beta": "sends: {chunking: yes}"}
		}),
		with(one("05-multi-rcpt-550-postfix-exim", "alpha beta", "alice@alpha.example",
			"bob@beta.example, carol@beta.example, forbidden@beta.example, nosuch@beta.example"), func(r *likeRecorded) {
			r.extra = map[string]string{"beta": `replies: [{at: RCPT, recipient: forbidden@beta.example, reply: "550 three lines"}]`}
		}),
		with(one("06-greylist-451-then-retry", "alpha beta", "alice@alpha.example", "greylisted@beta.example"), func(r *likeRecorded) {
			r.extra = map[string]string{"beta": `replies: [{at: RCPT, reply: "451 4.7.1 Greylisted, please try again later", times: 1}]`}
			r.bare = map[string]string{"alpha beta 0": "Exim's words for it begin with 4.7.1; ours has none where ENHANCEDSTATUSCODES was not offered (RFC 2034 §4)"}
		}),
		with(one("08-mx-failover-rst", "alpha beta", "alice@alpha.example", "bob@failover.example"), func(r *likeRecorded) {
			r.domains = map[string]string{"beta": "failover.example"}
			r.zones = []string{"failover.example. 3600 IN MX 10 ns.example.", "failover.example. 3600 IN MX 20 mx.beta.example."}
		}),
		with(one("10-no-mx-a-fallback", "alpha beta", "alice@alpha.example", "bob@nomx.example"), func(r *likeRecorded) {
			r.domains = map[string]string{"beta": "nomx.example"}
			r.zones = []string{"nomx.example. 3600 IN A 192.0.2.20"}
		}),
		with(one("12-mail-loop", "alpha beta epsilon", "alice@epsilon.example", "victim@loop.example"), func(r *likeRecorded) {
			r.extra = map[string]string{"alpha": "routes: {loop.example: mx.beta.example}, relay-to: [loop.example]",
				"beta": "routes: {loop.example: mx.alpha.example}, relay-to: [loop.example], sends: {chunking: yes}, limits: {hops: 15}"}
			r.zones = []string{"loop.example. 3600 IN MX 10 mx.alpha.example."}
			kept := "Postfix kept the connection for later rounds of the mail, because they were on their way already"
			counts := "Exim counts Received fields when it routes, and reports by itself; ours refuses the text"
			r.no = map[string]string{"alpha beta server 5": kept, "alpha beta client 1": kept, "beta alpha client": "Exim's log leaves commands out",
				"beta epsilon client": counts, "beta epsilon server": counts}
		}),
		one("14-dsn-relayed-no-dsn-peer", "alpha epsilon", "alice@alpha.example", "bob@epsilon.example"),
		with(one("17-bounce-null-sender", "alpha beta epsilon", "alice@epsilon.example", "ghost@alpha.example"), func(r *likeRecorded) {
			r.extra = map[string]string{"alpha": "aliases: {ghost: [nosuch@beta.example]}"}
		}),
		one("19-8bitmime-to-7bit-host", "alpha epsilon zeta", "alice@alpha.example", "bob@zeta.example, bob@epsilon.example"),
		with(one("22c-starttls-tls12-exim-exim", "beta zeta", "alice@beta.example", "bob@zeta.example"), inTLS),
		with(one("22c-starttls-tls13-exim-exim", "beta zeta", "alice@beta.example", "bob@zeta.example"), inTLS),
		with(one("22d-starttls-postfix-postfix-nokeys", "alpha beta gamma epsilon", "alice@alpha.example", "bob@epsilon.example"), func(r *likeRecorded) {
			inTLS(r)
			r.mail = append(r.mail, "at: 1m, from: alice@alpha.example, to: [bob@gamma.example]")
			r.extra["alpha"] += ", routes: {gamma.example: mx.beta.example}"
			r.extra["beta"] += ", relay-to: [gamma.example]"
		}),
		with(one("24c-sendmail-queue-run-multi", "delta epsilon", "alice@delta.example", "bob@epsilon.example"), func(r *likeRecorded) {
			inTLS(r)
			r.mail = append(r.mail, r.mail[0], r.mail[0])
		}),
		with(one("32-ipv6-sessions", "alpha epsilon", "alice@epsilon.example", "alice@six.example"), func(r *likeRecorded) {
			r.domains = map[string]string{"alpha": "six.example"}
			r.zones = []string{"six.example. 3600 IN MX 10 mx6.six.example.", "mx6.six.example. 3600 IN AAAA 2001:db8:2::10"}
		}),
		with(one("34a-journey-clear", "alpha beta gamma", "alice@alpha.example", "dave@gamma.example"), journey),
		with(one("34b-journey-tls-first-hop", "alpha beta gamma", "alice@alpha.example", "dave@gamma.example, bob@alpha.example, carol@beta.example"), journey),
		one("35b-any-sll2", "alpha epsilon", "alice@alpha.example", "bob@epsilon.example"),
		one("35c-snaplen-96", "alpha epsilon", "alice@epsilon.example", "bob@alpha.example"),
	}
}

// inTLS lets the receiver offer STARTTLS, and the sender use it.
func inTLS(r *likeRecorded) {
	r.extra = map[string]string{"alpha": "tls: {client: may}", "beta": "tls: {client: may}, sends: {chunking: yes}", "delta": "tls: {client: may}",
		"epsilon": "tls: {offer: yes}", "zeta": "tls: {offer: yes}"}
}

// journey leads mail for gamma by way of beta.
func journey(r *likeRecorded) {
	r.extra = map[string]string{"alpha": "routes: {gamma.example: mx.beta.example}", "beta": "relay-to: [gamma.example]"}
}
