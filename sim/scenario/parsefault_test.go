package scenario

import (
	"strings"
	"testing"
)

const faultHosts = `scenario: faults
hosts:
  - {name: pc.a.example, addresses: [192.0.2.1], roles: [mua], user: ann@a.example, submit-to: mx}
  - {name: mx.a.example, addresses: [192.0.2.2], roles: [msa, mta, mda], domains: [a.example], users: [ann]}
  - {name: ns.example, addresses: [192.0.2.3], roles: [dns]}
faults:
  - {`

// Each wrong fault is told with what was expected.
func TestWrongFaults(t *testing.T) {
	for fault, want := range map[string]string{
		"do: explode, host: mx":                                        "expected one of reply, delay, drip",
		"do: drop-after, command: END":                                 "expected host: for do: drop-after",
		"do: drop-after, host: mx":                                     "expected command: with the stage at which do: drop-after strikes",
		"do: drop-after, host: mx, command: CONNECT":                   "expected another stage: drop-after means nothing at CONNECT",
		"do: loss, odds: 5%":                                           "expected host: or link: [a, b] for do: loss",
		"do: loss, host: mx, odds: 101%":                               "expected odds from 0.0001% to 100%",
		"do: reply, host: mx, command: RCPT":                           "expected reply: with a refusal such as",
		"do: reply, host: mx, command: RCPT, reply: \"250 ok\"":        "expected reply: with a refusal such as",
		"do: delay, host: mx, command: RCPT":                           "expected wait: with a time span for do: delay",
		"do: reset, host: mx, command: MAIL, recipient: ann@a.example": "expected recipient: only with command: RCPT",
		"do: refuse, host: mx":                                         "expected service: smtp, submission",
		"do: dns, host: mx":                                            "expected a host with the role dns, found \"mx\"",
		"do: zone":                                                     "expected remove:",
		"do: zone, add: [\"a.example. MX ten mx\"]":                    "expected a record such as",
		"do: zone, remove: [\"a.example.\"]":                           "expected a name and a type such as",
		"do: crash, host: mx, times: 3":                                "expected no times: with do: crash",
		"do: partition, host: mx, wait: 3s":                            "expected no wait: with do: partition",
		"do: disk-full, host: mx, state: off":                          "expected no state: with do: disk-full",
		"do: crash-after, host: mx, command: END, queue: gone":         "expected one of kept, lost",
	} {
		_, err := Parse("faults.yaml", []byte(faultHosts+fault+"}\n"))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "faults.yaml:7:") {
			t.Errorf("%s: %v, want faults.yaml:7:…: %s", fault, err, want)
		}
	}
}
