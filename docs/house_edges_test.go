package docs

// edges lists, for each room, the rooms that it may import: the only ones. Floors follow from it (floorOf).
// A room that is not listed here does not belong to the house; a listed edge that nobody uses is told.
func edges() map[string]string {
	return map[string]string{
		// F0
		"captures":      "",
		"codes":         "codes/reason codes/smtp codes/text",
		"codes/text":    "",
		"codes/smtp":    "",
		"codes/feature": "",
		"codes/dsn":     "codes/smtp",
		"codes/reason":  "codes/smtp",
		"codes/sasl":    "",
		// F1
		"sim/fault":     "codes/smtp",
		"sim/host":      "",
		"trace":         "",
		"trace/dnsmsg":  "",
		"trace/field":   "",
		"trace/maillog": "trace",
		"trace/mime":    "trace/field",
		"trace/mbox":    "",
		// F2
		"sim/vnet":       "sim/host trace",
		"sim/realnet":    "sim/host",
		"sim/conform":    "sim/host",
		"trace/capture":  "trace",
		"trace/dialogue": "codes codes/smtp trace",
		"trace/hops":     "codes/dsn trace trace/field trace/mbox trace/mime",
		"trace/render":   "codes trace trace/hops trace/table",
		"trace/table":    "trace trace/hops",
		"trace/tlsrec":   "trace",
		// F3
		"sim/dns":           "sim/host",
		"sim/policy":        "codes/smtp sim/dns",
		"sim/persona":       "codes/smtp trace/field",
		"sim/policy/auth":   "codes/smtp sim/dns",
		"sim/policy/secure": "sim/dns",
		"sim/mtqp":          "codes/dsn sim/host",
		"sim/queue":         "codes/dsn codes/smtp sim/dns sim/host sim/persona sim/smtpclient trace/field trace/mime",
		"sim/smtpclient":    "codes/feature codes/sasl codes/smtp sim/host sim/persona trace/field trace/mime",
		"sim/smtpserver":    "codes/sasl codes/smtp sim/fault sim/host sim/persona trace/field",
		"trace/analyze":     "codes trace trace/capture trace/dialogue trace/dnsmsg trace/maillog trace/tlsrec",
		// F4
		"sim/console":  "codes/smtp sim/dns sim/host",
		"sim/node":     "codes/dsn codes/sasl codes/smtp sim/dns sim/fault sim/host sim/mtqp sim/persona sim/policy sim/policy/auth sim/policy/secure sim/queue sim/smtpclient sim/smtpserver trace/field trace/mbox",
		"sim/scenario": "codes codes/feature codes/smtp sim/dns sim/fault sim/persona trace",
		// F5
		"sim":          "codes/smtp sim/console sim/dns sim/fault sim/host sim/node sim/persona sim/policy sim/policy/auth sim/queue sim/scenario sim/smtpclient sim/smtpserver sim/vnet trace trace/dialogue",
		"sim/bridge":   "sim",
		"sim/interop":  "",
		"sim/lossless": "",
		// F6
		"lessons":       "lessons/page sim sim/scenario trace",
		"lessons/page":  "",
		"lessons/play":  "codes codes/smtp lessons lessons/page sim sim/console sim/scenario trace trace/render",
		"lessons/grade": "lessons lessons/play",
		// F7
		"cmd/smtpsim": "codes lessons lessons/play sim sim/bridge sim/scenario sim/vnet trace trace/analyze trace/capture trace/hops trace/mbox trace/render trace/table trace/tlsrec",
	}
}

// testEdges are further imports that only tests may have.
func testEdges() map[string]string {
	return map[string]string{
		"sim":            "codes sim/vnet trace/analyze trace/capture trace/hops trace/table", // the witnesses of the crown test
		"sim/node":       "sim/vnet",                                                          // nodes are tried in the deterministic world
		"sim/mtqp":       "codes/smtp sim/vnet",
		"sim/queue":      "sim/vnet",
		"sim/smtpclient": "sim/persona sim/realnet sim/smtpserver sim/vnet", // client against server, over every transport
		"sim/smtpserver": "sim/realnet sim/smtpclient sim/vnet",
		"trace/capture":  "trace/dnsmsg",  // gopacket judges what is read of DNS messages
		"sim/vnet":       "trace/capture", // tshark judges the frames
		"sim/dns":        "sim/vnet",
		"sim/lossless":   "codes/smtp sim sim/fault sim/host sim/node sim/persona sim/queue sim/scenario sim/smtpclient sim/smtpserver sim/vnet", // a room of tests
		"sim/interop":    "codes/dsn codes/smtp sim/host sim/persona sim/realnet sim/smtpclient sim/smtpserver",                                  // a room of tests: real servers
		"sim/bridge":     "sim/scenario",
		"sim/console":    "sim sim/scenario",
		// the runner of the suite
		"sim/conform": "codes/sasl codes/smtp sim sim/host sim/persona sim/realnet sim/scenario sim/smtpclient sim/smtpserver sim/vnet trace",
	}
}

// only names the one room that may import a third-party package, and why.
func only() map[string]string {
	return map[string]string{
		"github.com/klauspost/compress":     "trace/capture",   // captures may be compressed
		"github.com/google/gopacket":        "trace/capture",   // capture formats stay behind Segment
		"github.com/olekukonko/tablewriter": "trace/render",    // one look for all tables
		"blitiri.com.ar/go/spf":             "sim/policy/auth", // one reading of SPF records
		"github.com/emersion/go-msgauth":    "sim/policy/auth", // tests only: it signs with the wall clock
		"github.com/emersion/go-smtp":       "sim",             // its benchmarks only: to be measured beside
		"github.com/miekg/dns":              "sim/dns",         // its client and server use goroutines and the wall clock
		"github.com/goccy/go-yaml":          "sim/scenario",    // errors with positions are made in one place
		"github.com/yuin/goldmark":          "lessons/page",    // Markdown becomes lines of a terminal in one place
		"github.com/spf13/cobra":            "cmd/smtpsim",     // flags and exit codes live at the front door
		"github.com/spf13/pflag":            "cmd/smtpsim",
		"golang.org/x/text":                 "trace/render", // cells of a character
		"golang.org/x/term":                 "cmd/smtpsim",
		"golang.org/x/crypto":               "trace/tlsrec", // ChaCha20-Poly1305 alone; the rest is the standard library's
		"github.com/xdg-go/scram":           "codes/sasl",   // a mechanism is a challenge and a response
		"github.com/xdg-go/stringprep":      "codes/sasl",
		"github.com/rogpeppe/go-internal":   "cmd/smtpsim", // tests of the command line only
	}
}

// forbidden imports and the reason; the rooms after the colon may have them.
func forbidden() map[string]string {
	return map[string]string{
		"math/rand": "global randomness breaks replay; use host.Rand:",
		"net/http":  "nothing here speaks HTTP; the tool works offline:",
		"plugin":    "one binary:",
		"unsafe":    "no room needs it:",
		"os/exec":   "the tool starts no other program:",
	}
}
