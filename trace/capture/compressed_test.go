package capture

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/smtpsim/smtpsim/trace"
)

// squeezed is a capture of one packet, compressed with zstd.
func squeezed(t *testing.T) []byte {
	t.Helper()
	var plain, out bytes.Buffer
	w := NewWriter(&plain, WriterOptions{})
	i := w.AddInterface("a")
	for n := range 200 {
		if err := w.WritePacket(trace.Time(1e18+n), i, []byte(strings.Repeat(fmt.Sprint(n*n*n), 20))); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	z, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range [][]byte{plain.Bytes()[:plain.Len()/3], plain.Bytes()[plain.Len()/3:]} { // two blocks: the first stands before a damage
		if _, err := z.Write(part); err != nil {
			t.Fatal(err)
		}
		if err := z.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// facts reads a capture to its end.
func factsOf(t *testing.T, b []byte) *Facts {
	t.Helper()
	r, err := Open(bytes.NewReader(b), "z", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var seg trace.Segment
	for {
		if err := r.Next(&seg); err == io.EOF {
			return r.Facts()
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestZstd(t *testing.T) {
	whole := squeezed(t)
	if f := factsOf(t, whole); f.Packets != 200 || !f.Zstd || len(f.Findings) > 0 && f.Findings[0].ID == "truncated-capture" {
		t.Errorf("%+v", f)
	}
	short := factsOf(t, whole[:len(whole)-5])
	if len(short.Findings) == 0 || short.Findings[len(short.Findings)-1].ID != "truncated-capture" {
		t.Errorf("cut: %+v", short.Findings)
	}
	bad := bytes.Clone(whole)
	bad[len(bad)*3/4] ^= 0x55
	broken := factsOf(t, bad)
	if len(broken.Findings) == 0 || broken.Findings[len(broken.Findings)-1].ID != "truncated-capture" {
		t.Errorf("damaged: %+v", broken.Findings)
	}
}

func TestFilter(t *testing.T) {
	seg := func(src, dst, at string) *trace.Segment { return segmentAt(t, src, dst, at) }
	smtp := seg("192.0.2.1:40000", "192.0.2.25:25", "2026-11-21T12:00:00Z")
	six := seg("[2001:db8::1]:40000", "[2001:db8::25]:587", "2026-11-22T12:00:00Z")
	for text, want := range map[string]string{
		"port 25": "yes no", "port smtp": "yes no", "port 25 or 587": "yes yes", "tcp port 25": "yes no", "tcp": "yes yes",
		"host 192.0.2.25": "yes no", "host 2001:db8::1 and port 587": "no yes", "net 192.0.2.0/24": "yes no", "net 2001:db8::/32 port 587": "no yes",
		"not port 25": "no yes", "! port 25": "no yes", "portrange 500-600": "no yes", "since 2026-11-22": "no yes", "until 2026-11-22": "yes no",
		"since 2026-11-21T11:59 until 2026-11-21T13:00:00+01:00": "no no", "(port 25 or port 587) and not host 192.0.2.1": "no yes",
		"port 25 or port 587 and host 192.0.2.99": "yes no", "host 192.0.2.1 or 2001:db8::1": "yes yes",
	} {
		f, err := ParseFilter(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		yes := map[bool]string{true: "yes", false: "no"}
		if got := yes[f.Segment(smtp)] + " " + yes[f.Segment(six)]; got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestFilterErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                 `filter "" ends where host, port, portrange, net, since, until, not or ( was expected`,
		"port":             `filter "port" ends where a port from 0 to 65535, or smtp, smtps, submission, submissions, lmtp was expected`,
		"port 70000":       `filter "port 70000", character 6: found "70000", expected a port from 0 to 65535, or smtp, smtps, submission, submissions, lmtp`,
		"host mx.example":  `filter "host mx.example", character 6: found "mx.example", expected an IP address`,
		"(port 25":         `filter "(port 25" ends where ) was expected`,
		"port 25)":         `filter "port 25)", character 8: found ")", expected and, or, or the end`,
		"src host 1.2.3.4": `filter "src host 1.2.3.4", character 1: found "src", expected host, port, portrange, net, since, until, not or (`,
		"net 192.0.2.0/33": `filter "net 192.0.2.0/33", character 5: found "192.0.2.0/33", expected a network such as 192.0.2.0/24`,
		"portrange 9-1":    `filter "portrange 9-1", character 11: found "9-1", expected a range such as 25-587`,
		"since yesterday":  `filter "since yesterday", character 7: found "yesterday", expected a time such as 2026-11-21T13:33:20Z or 2026-11-21`,
	} {
		if _, err := ParseFilter(text); err == nil || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", text, err, want)
		}
	}
	for _, deep := range []string{strings.Repeat("(", 1000), strings.Repeat("not ", 900) + "port 25", strings.Repeat("port 25 ", 2000)} {
		if _, err := ParseFilter(deep); err == nil {
			t.Errorf("%.20s… was taken", deep)
		}
	}
}

func segmentAt(t *testing.T, src, dst, at string) *trace.Segment {
	t.Helper()
	when, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	return &trace.Segment{Src: netip.MustParseAddrPort(src), Dst: netip.MustParseAddrPort(dst), Time: trace.FromStd(when)}
}
