package capture

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/gopacket/pcapgo"

	"github.com/smtpsim/smtpsim/trace"
)

// written is a small file with two hosts, secrets, a comment and a host that comes later.
func written(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out, WriterOptions{Interfaces: []string{"ws.alpha", "mx.beta"}, Comment: "scenario one-mail, seed 1"})
	fill(t, w)
	return out.Bytes()
}

func fill(t testing.TB, w *Writer) {
	t.Helper()
	k := newTalk(1).mail(1)
	if err := w.WriteSecrets([]byte("CLIENT_RANDOM 00 11\n")); err != nil {
		t.Fatal(err)
	}
	for i, s := range k.out {
		iface := 0
		if s.Src == k.ends[1] {
			iface = 1
		}
		comment := ""
		if i == 3 {
			comment = "the greeting"
		}
		if err := w.WriteCommented(s.Time, iface, ethernet(s), comment); err != nil {
			t.Fatal(err)
		}
	}
	last := k.out[len(k.out)-1]
	if err := w.WritePacket(last.Time+1, w.AddInterface("mx.gamma"), ethernet(last)); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

// TestWriter: what is written reads back the same, here and by gopacket, and never changes.
func TestWriter(t *testing.T) {
	file := written(t)
	if got := fmt.Sprintf("%x", sha256.Sum256(file)); got != "40bd5d3968d6918049af7df7879702a7dda0cfc3ac2a338239b0744af3538a62" {
		t.Errorf("the file is another: %s", got)
	}
	var handed []Secret
	facts, ws := readAll(t, bytes.NewReader(file), "written", Options{Secret: func(s Secret) { handed = append(handed, s) }})
	if len(handed) != 1 || len(facts.Secrets) != 1 || string(handed[0].Data) != string(facts.Secrets[0].Data) {
		t.Errorf("secrets handed out: %v", handed)
	}
	want := newTalk(1).mail(1)
	if facts.Packets != int64(len(want.out)+1) || facts.First != want.out[0].Time || len(facts.Findings) != 0 || len(ws) != 1 {
		t.Errorf("%+v, %d flows", facts, len(ws))
	}
	if len(facts.Secrets) != 1 || facts.Secrets[0].Type != TLSKeyLog || string(facts.Secrets[0].Data) != "CLIENT_RANDOM 00 11\n" || facts.Secrets[0].Packet != 0 {
		t.Errorf("%+v", facts.Secrets)
	}
	ng, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.NgReaderOptions{SkipUnknownVersion: true})
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; ; i++ {
		data, ci, err := ng.ReadPacketData()
		if err == io.EOF {
			if i != len(want.out)+1 {
				t.Errorf("gopacket reads %d packets", i)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if i < len(want.out) && (!bytes.Equal(data, ethernet(want.out[i])) || trace.FromStd(ci.Timestamp) != want.out[i].Time) {
			t.Errorf("packet %d is another", i)
		}
	}
	if name := ng.NInterfaces(); name != 3 {
		t.Errorf("gopacket sees %d interfaces", name)
	}
}

// TestWriterByTshark: names, comments and secrets are where Wireshark looks for them.
func TestWriterByTshark(t *testing.T) {
	tool, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("tshark is missing")
		}
		t.Skip("tshark is not here")
	}
	path := filepath.Join(t.TempDir(), "w.pcapng")
	if err := os.WriteFile(path, written(t), 0o644); err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd := exec.Command(tool, "-r", path, "-T", "fields", "-e", "frame.number", "-e", "frame.interface_name", "-e", "frame.comment", "-e", "frame.time_epoch",
		"-Y", "frame.number in {1,2,4,33}")
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &errs)
	}
	const want = "1\tws.alpha\t\t1700000000.000000000\n2\tmx.beta\t\t1700000000.001000000\n4\tmx.beta\tthe greeting\t1700000000.003000000\n"
	if string(out) != want {
		t.Errorf("tshark says\n%s", out)
	}
	info, err := exec.Command("capinfos", path).CombinedOutput()
	if err != nil || !strings.Contains(string(info), "Number of decryption secrets in file: 1") || !strings.Contains(string(info), "Name = mx.gamma") ||
		!strings.Contains(string(info), "nanosecond") || !strings.Contains(string(info), "scenario one-mail, seed 1") {
		t.Errorf("%v\n%s", err, info)
	}
}

// TestWriterRefuses: what cannot be written is an error that stays, and names its limit.
func TestWriterRefuses(t *testing.T) {
	for _, c := range []struct {
		do   func(w *Writer) error
		want string
	}{
		{func(w *Writer) error { return w.WritePacket(1, 0, make([]byte, maxPacket)) }, ""},
		{func(w *Writer) error { return w.WritePacket(1, 0, make([]byte, maxPacket+1)) }, "pcapng: a packet of 262145 octets is longer than 262144"},
		{func(w *Writer) error { return w.WritePacket(1, 1, nil) }, "pcapng: interface 1 is not described; 1 are"},
		{func(w *Writer) error { return w.WritePacket(1, -1, nil) }, "pcapng: interface -1"},
		{func(w *Writer) error { return w.WriteSecrets(make([]byte, maxBlock)) }, "octets of secrets are more than"},
	} {
		w := NewWriter(io.Discard, WriterOptions{Interfaces: []string{"a"}})
		err := c.do(w)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
		if after := w.Flush(); !errors.Is(after, err) {
			t.Errorf("after %v comes %v", err, after)
		}
	}
}

// TestWriteFile: the file is there whole or not at all; an old one stays until then; no other file is left.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.pcapng")
	files := func() string {
		var names []string
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return strings.Join(names, " ")
	}
	failed := errors.New("the scenario is wrong")
	opts := WriterOptions{Interfaces: []string{"ws.alpha", "mx.beta"}}
	if err := WriteFile(path, opts, func(w *Writer) error {
		if files() != "out.pcapng.part0" {
			t.Error(files())
		}
		return failed
	}); err != failed || files() != "" {
		t.Errorf("%v; files: %s", err, files())
	}
	good := func(w *Writer) error { fill(t, w); return nil }
	if err := WriteFile(path, opts, good); err != nil || files() != "out.pcapng" {
		t.Fatalf("%v; files: %s", err, files())
	}
	before, _ := os.ReadFile(path)
	if err := WriteFile(path, opts, func(w *Writer) error { return w.WritePacket(0, 9, nil) }); err == nil {
		t.Error("no error")
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) || files() != "out.pcapng" {
		t.Errorf("the old file is another; files: %s", files())
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink("out.pcapng", link); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(link, WriterOptions{}, func(*Writer) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced")
	}
	if after, _ := os.ReadFile(path); len(after) == len(before) {
		t.Error("the file behind the link was not written")
	}
	if err := WriteFile(os.DevNull, opts, good); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{dir, filepath.Join(dir, "no", "such")} {
		if err := WriteFile(bad, opts, good); err == nil || strings.Contains(err.Error(), "part0") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
