package mime

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime/quotedprintable"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const (
	plainHead = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
	mixedHead = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
)

func TestConvert(t *testing.T) {
	tests := []struct {
		name    string
		in      string
		to      Transport
		charset string
		want    string // what is in the result; "=": the message itself
		err     error
	}{
		{"nothing to do", "Subject: x\r\n\r\nhi\r\n", SevenBit, "", "=", nil},
		{"8 bits, and the host takes them", plainHead + "ü\r\n", EightBit, "", "=", nil},
		{"text", plainHead + "Grüße = 1 \r\nend", SevenBit, "", "Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe =3D 1=20\r\nend", nil},
		{"no label", "MIME-Version: 1.0\r\n\r\nü\r\n", SevenBit, "", "MIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=BC\r\n", nil},
		{"an image", "MIME-Version: 1.0\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\x89PNG\r\n", SevenBit, "",
			"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0K\r\n", nil},
		{"a multipart: one part changes", mixedHead + "Content-Transfer-Encoding: 8bit\r\n\r\npre\r\n--b\r\n\r\nplain = \r\n--b\r\nX: y\r\n\r\nü\r\n--b--\r\nepi\r\n", SevenBit, "",
			"boundary=b\r\nContent-Transfer-Encoding: 7bit\r\n\r\npre\r\n--b\r\n\r\nplain = \r\n--b\r\nX: y\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=BC\r\n--b--\r\nepi\r\n", nil},
		{"a message inside", "MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: in\r\n" + plainHead + "ü\r\n", SevenBit, "",
			"message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\nSubject: in\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=BC\r\n", nil},
		{"an internationalized message inside", "MIME-Version: 1.0\r\nContent-Type: message/global\r\n\r\nSubject: ü\r\n\r\nx\r\n", SevenBit, "",
			"message/global\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nSubject: =C3=BC\r\n\r\nx\r\n", nil},
		{"encoded already", mixedHead + "\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n/w==\r\n--b\r\n\r\nü\r\n--b--\r\n", SevenBit, "",
			"Content-Transfer-Encoding: base64\r\n\r\n/w==\r\n--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=BC\r\n--b--", nil},
		{"binary to 8 bits: only what is binary", mixedHead + "Content-Transfer-Encoding: binary\r\n\r\n--b\r\nContent-Transfer-Encoding: 8bit\r\n\r\nü\r\n--b\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: binary\r\n\r\na\n\x00\r\n--b--\r\n", EightBit, "",
			"boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n--b\r\nContent-Transfer-Encoding: 8bit\r\n\r\nü\r\n--b\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: base64\r\n\r\nYQoA\r\n--b--\r\n", nil},
		{"binary text", "MIME-Version: 1.0\r\nContent-Transfer-Encoding: binary\r\n\r\na\rb\nc\r\n", SevenBit, "",
			"Content-Transfer-Encoding: quoted-printable\r\n\r\na=0Db=0Ac\r\n", nil},
		{"called binary, but lines", mixedHead + "\r\n--b\r\nContent-Transfer-Encoding: binary\r\n\r\nlines\r\n--b\r\n\r\nü\r\n--b--\r\n", SevenBit, "",
			"Content-Transfer-Encoding: 7bit\r\n\r\nlines\r\n--b\r\n", nil},
		{"not MIME", "Subject: x\r\n\r\nü\r\n", SevenBit, "", "", ErrNotMIME},
		{"not MIME, with a guess", "Subject: x\r\n\r\nü\r\n", SevenBit, "unknown-8bit",
			"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=unknown-8bit\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=BC\r\n", nil},
		{"signed", "MIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nü\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n", SevenBit, "", "", ErrSigned},
		{"signed, and 7 bits: other parts may change", mixedHead + "\r\n--b\r\nContent-Type: multipart/signed; boundary=c\r\n\r\n--c\r\nContent-Transfer-Encoding: 8bit\r\n\r\nu\r\n--c--\r\n--b\r\n\r\nü\r\n--b--\r\n", SevenBit, "",
			"--c\r\nContent-Transfer-Encoding: 8bit\r\n\r\nu\r\n--c--\r\n--b\r\nContent-Transfer-Encoding: quoted-printable", nil},
		{"nested encoding", strings.Replace(plainHead, "8bit", "quoted-printable", 1) + "ü\r\n", SevenBit, "", "", ErrNested},
		{"header section", "Subject: ü\r\n" + plainHead + "ü\r\n", SevenBit, "", "", ErrOutside},
		{"preamble", mixedHead + "\r\nü\r\n--b\r\n\r\nx\r\n--b--\r\n", SevenBit, "", "", ErrOutside},
		{"no closing boundary", mixedHead + "\r\n--b\r\n\r\nü\r\n", SevenBit, "", "", ErrDamaged},
	}
	for _, tc := range tests {
		got, err := Convert([]byte(tc.in), tc.to, tc.charset)
		switch {
		case !errors.Is(err, tc.err):
			t.Errorf("%s: %v, want %v", tc.name, err, tc.err)
		case err != nil:
		case tc.want == "=" && string(got) != tc.in, !strings.Contains(string(got), strings.TrimPrefix(tc.want, "=")) && tc.want != "=":
			t.Errorf("%s:\n got %q\nwant %q", tc.name, got, tc.want)
		}
	}
}

// TestConvertAsPostfix: the recording of a real conversion, octet for octet from the message's own header on.
func TestConvertAsPostfix(t *testing.T) {
	read := func(name string) []byte {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "mail", "real", "19-8bitmime-to-7bit-host-"+name+"-bob.eml"))
		if err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal("the recordings are missing")
			}
			t.Skip("the recordings are not here")
		}
		text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
		return text[bytes.Index(text, []byte("From: Alice")):]
	}
	got, err := Convert(read("8bit"), SevenBit, "")
	if want := read("converted"); err != nil || !bytes.Equal(bytes.TrimSpace(got), bytes.TrimSpace(want)) {
		t.Errorf("%v\n got %q\nwant %q", err, got, want)
	}
}

// TestConvertLosesNothing: what comes out can be transported, and what was encoded decodes to what went in.
func TestConvertLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.SliceOfN(rapid.SampledFrom([]byte("ab =.\t\r\n\x00\xff\xc3\xbc")), 0, 200).Draw(t, "body")
		to := rapid.SampledFrom([]Transport{SevenBit, EightBit}).Draw(t, "to")
		kind := rapid.SampledFrom([]string{"text/plain", "image/png"}).Draw(t, "type")
		head := "MIME-Version: 1.0\r\nContent-Type: " + kind + "\r\nContent-Transfer-Encoding: binary\r\n\r\n"
		out, err := Convert(append([]byte(head), body...), to, "")
		if err != nil {
			t.Fatal(err)
		}
		if Needs(out) > to {
			t.Fatalf("%q needs %v", out, Needs(out))
		}
		p := Tree(out)
		got := out[p.Body:]
		switch p.Encoding {
		case "quoted-printable":
			got, err = io.ReadAll(quotedprintable.NewReader(bytes.NewReader(got)))
		case "base64":
			got, err = io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(got)))
		}
		if err != nil || !bytes.Equal(got, body) {
			t.Fatalf("%v: %q, want %q (%s)", err, got, body, p.Encoding)
		}
		for line := range bytes.SplitSeq(out[p.Body:], []byte("\r\n")) {
			if len(line) > 76 && p.Encoding != "" && isIdentity(p.Encoding) == false {
				t.Fatalf("a line of %d octets", len(line))
			}
		}
	})
}

func FuzzConvert(f *testing.F) {
	f.Add([]byte(plainHead + "ü\r\n"))
	f.Add([]byte(mixedHead + "\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nA: b\r\n\r\n\xff\r\n--b--"))
	f.Fuzz(func(t *testing.T, msg []byte) {
		for to := SevenBit; to <= Binary; to++ {
			if out, err := Convert(msg, to, "unknown-8bit"); err == nil && needs(out, 1<<30) > to {
				t.Fatalf("%q needs more than %v", out, to)
			}
		}
	})
}
