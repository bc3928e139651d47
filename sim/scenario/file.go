package scenario

// file is the YAML as it stands; parse.go gives it meaning.
type file struct {
	Scenario word     `yaml:"scenario"`
	Title    word     `yaml:"title"`
	Seed     word     `yaml:"seed"`
	Start    word     `yaml:"start"`
	Until    word     `yaml:"until"`
	Learner  word     `yaml:"learner"`
	Lookups  word     `yaml:"lookups"`
	Network  linkYAML `yaml:"network"`
	Links    []struct {
		Between []word   `yaml:"between"`
		Link    linkYAML `yaml:",inline"`
	} `yaml:"links"`
	Hosts  []hostYAML   `yaml:"hosts"`
	Zones  word         `yaml:"zones"`
	Broken []brokenYAML `yaml:"broken-names"`
	Mail   []mailYAML   `yaml:"mail"`
	Faults []faultYAML  `yaml:"faults"`
	Expect []expectYAML `yaml:"expect"`
}

type linkYAML struct {
	Latency   word `yaml:"latency"`
	Jitter    word `yaml:"jitter"`
	Bandwidth word `yaml:"bandwidth"`
	Loss      word `yaml:"loss"`
}

type hostYAML struct {
	Name       word              `yaml:"name"`
	Addresses  []word            `yaml:"addresses"`
	Roles      []word            `yaml:"roles"`
	Persona    word              `yaml:"persona"`
	Domains    []word            `yaml:"domains"`
	Users      []word            `yaml:"users"`
	Aliases    map[string][]word `yaml:"aliases"`
	RelayFrom  []word            `yaml:"relay-from"`
	RelayTo    []word            `yaml:"relay-to"`
	Routes     map[string]word   `yaml:"routes"`
	SubmitTo   word              `yaml:"submit-to"`
	User       word              `yaml:"user"`
	Extensions *[]word           `yaml:"extensions"`
	EHLO       word              `yaml:"ehlo"`
	TLS        struct {
		Offer       word `yaml:"offer"`
		Client      word `yaml:"client"`
		Certificate word `yaml:"certificate"`
	} `yaml:"tls"`
	Limits struct {
		MessageSize word `yaml:"message-size"`
		Recipients  word `yaml:"recipients"`
		Hops        word `yaml:"hops"`
	} `yaml:"limits"`
	Replies []struct {
		At        word `yaml:"at"`
		Recipient word `yaml:"recipient"`
		Reply     word `yaml:"reply"`
		Times     word `yaml:"times"`
	} `yaml:"replies"`
	Clock struct {
		Offset word `yaml:"offset"`
		Drift  word `yaml:"drift"`
		Zone   word `yaml:"zone"`
	} `yaml:"clock"`
	Retry  []word `yaml:"retry"`
	GiveUp word   `yaml:"give-up"`
}

type brokenYAML struct {
	Name word `yaml:"name"`
	How  word `yaml:"how"`
}

type mailYAML struct {
	At      word   `yaml:"at"`
	Host    word   `yaml:"host"`
	From    word   `yaml:"from"`
	To      []word `yaml:"to"`
	Header  word   `yaml:"header-to"`
	Subject word   `yaml:"subject"`
	Body    word   `yaml:"body"`
	Size    word   `yaml:"size"`
	Count   word   `yaml:"count"`
	Every   word   `yaml:"every"`
}

type faultYAML struct {
	At    word   `yaml:"at"`
	Host  word   `yaml:"host"`
	Link  []word `yaml:"link"`
	State word   `yaml:"state"`
	For   word   `yaml:"for"`

	Do        word   `yaml:"do"` // a fault of sim/fault
	Service   word   `yaml:"service"`
	Command   word   `yaml:"command"`
	Recipient word   `yaml:"recipient"`
	Odds      word   `yaml:"odds"`
	Times     word   `yaml:"times"`
	Reply     word   `yaml:"reply"`
	Wait      word   `yaml:"wait"`
	Down      word   `yaml:"down"`
	Queue     word   `yaml:"queue"`
	Bandwidth word   `yaml:"bandwidth"`
	How       word   `yaml:"how"`
	Name      word   `yaml:"name"`
	Offset    word   `yaml:"offset"`
	Drift     word   `yaml:"drift"`
	Remove    []word `yaml:"remove"`
	Add       []word `yaml:"add"`
}

// expectYAML is one expectation: mailbox, queue, reply, command, finding or event says what it is about.
type expectYAML struct {
	At       word        `yaml:"at"`
	Mailbox  word        `yaml:"mailbox"`
	Queue    word        `yaml:"queue"`
	Reply    word        `yaml:"reply"`
	Command  word        `yaml:"command"`
	Finding  word        `yaml:"finding"`
	Event    word        `yaml:"event"`
	Never    *expectYAML `yaml:"never"`
	Messages word        `yaml:"messages"`
	Subject  word        `yaml:"subject"`
	Text     word        `yaml:"text"`
	Verb     word        `yaml:"verb"`
	From     word        `yaml:"from"`
	To       word        `yaml:"to"`
	Host     word        `yaml:"host"`
	Count    word        `yaml:"count"`
}
