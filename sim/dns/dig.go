package dns

import (
	"fmt"
	"strings"
	"time"
)

// Dig prints a response in the shape of dig 9.18; its header line calls itself by this program's name.
func Dig(r Response) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n; <<>> DiG (smtpsim) <<>> %s %s\n", shortName(r.Name), r.Type)
	if r.NoAnswer {
		for range digTries {
			fmt.Fprintf(&b, ";; communications error to %s#%d: timed out\n", r.Server.Addr(), r.Server.Port())
		}
		return b.String() + "\n;; no servers could be reached\n"
	}
	if r.Truncated {
		b.WriteString(";; Truncated, retrying in TCP mode.\n")
	}
	b.WriteString(";; global options: +cmd\n;; Got answer:\n")
	fmt.Fprintf(&b, ";; ->>HEADER<<- opcode: QUERY, status: %s, id: %d\n", r.Rcode, r.ID)
	fmt.Fprintf(&b, ";; flags:%s; QUERY: 1, ANSWER: %d, AUTHORITY: %d, ADDITIONAL: %d\n", r.flags(),
		len(r.Answer), len(r.Authority), len(r.Additional))
	b.WriteString("\n;; QUESTION SECTION:\n")
	line := column{}
	line.add(0, ";"+r.Name)
	line.add(32, "IN")
	line.add(40, r.Type.String())
	b.WriteString(line.text + "\n")
	for _, section := range []struct {
		title   string
		records []Record
	}{{"ANSWER", r.Answer}, {"AUTHORITY", r.Authority}, {"ADDITIONAL", r.Additional}} {
		if len(section.records) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n;; %s SECTION:\n", section.title)
		for _, rec := range section.records {
			b.WriteString(digRecord(rec) + "\n")
		}
	}
	transport := "UDP"
	if r.Truncated {
		transport = "TCP"
	}
	fmt.Fprintf(&b, "\n;; Query time: %d msec\n;; SERVER: %s#%d(%s) (%s)\n;; WHEN: %s\n;; MSG SIZE  rcvd: %d\n",
		r.Elapsed/time.Millisecond, r.Server.Addr(), r.Server.Port(), r.Server.Addr(), transport,
		r.When.Format("Mon Jan 02 15:04:05 MST 2006"), r.Size)
	return b.String()
}

func (r Response) flags() string {
	s := " qr"
	if r.Authoritative {
		s += " aa"
	}
	if r.Recursion {
		s += " rd"
	}
	if r.Available {
		s += " ra"
	}
	return s
}

func digRecord(r Record) string {
	line := column{}
	line.add(0, r.Name)
	line.add(24, fmt.Sprint(r.TTL))
	line.add(32, "IN")
	line.add(40, r.Type.String())
	line.add(48, r.Data())
	return line.text
}

// column writes words at tab stops as BIND does: tabs up to the stop, one space where the word before ran over it.
type column struct {
	text string
	at   int
}

func (c *column) add(stop int, word string) {
	const tab = 8
	if c.text != "" {
		if stop <= c.at {
			c.text, c.at = c.text+" ", c.at+1
		}
		for ; c.at < stop; c.at = c.at/tab*tab + tab {
			c.text += "\t"
		}
	}
	c.text += word
	c.at += len(word)
}

// NSLookup prints a response in the shape of nslookup 9.18.
func NSLookup(r Response) string {
	if r.NoAnswer {
		return ";; connection timed out; no servers could be reached\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Server:\t\t%s\nAddress:\t%s#%d\n\n", r.Server.Addr(), r.Server.Addr(), r.Server.Port())
	name := shortName(r.Name)
	if r.Rcode != NoError {
		fmt.Fprintf(&b, "** server can't find %s: %s\n", name, r.Rcode)
		return b.String()
	}
	if !r.Authoritative {
		b.WriteString("Non-authoritative answer:\n")
	}
	for _, rec := range r.Answer {
		b.WriteString(nslookupRecord(rec))
	}
	if len(r.Answer) == 0 {
		fmt.Fprintf(&b, "*** Can't find %s: No answer\n", name)
	}
	return b.String()
}

func nslookupRecord(r Record) string {
	name := shortName(r.Name)
	switch r.Type {
	case TypeA, TypeAAAA:
		return fmt.Sprintf("Name:\t%s\nAddress: %s\n", name, r.Addr)
	case TypeMX:
		return fmt.Sprintf("%s\tmail exchanger = %s\n", name, r.Data())
	case TypeCNAME:
		return fmt.Sprintf("%s\tcanonical name = %s\n", name, r.Target)
	case TypePTR:
		return fmt.Sprintf("%s\tname = %s\n", name, r.Target)
	case TypeNS:
		return fmt.Sprintf("%s\tnameserver = %s\n", name, r.Target)
	case TypeTXT:
		return fmt.Sprintf("%s\ttext = %s\n", name, r.Data())
	case TypeSOA:
		return fmt.Sprintf("%s\n\torigin = %s\n\tmail addr = %s\n\tserial = %d\n\trefresh = %d\n\tretry = %d\n\texpire = %d\n\tminimum = %d\n",
			name, shortName(r.Target), shortName(r.SOA.Mailbox), r.SOA.Serial, r.SOA.Refresh, r.SOA.Retry, r.SOA.Expire, r.SOA.Minimum)
	}
	return name + "\n"
}

// shortName is a name as people write it, without the last dot.
func shortName(name string) string {
	if name == "." {
		return name
	}
	return strings.TrimSuffix(name, ".")
}
