package capture

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
)

// window is the size of the one buffer that a capture is read through; the longest packet and its headers fit.
const window = 2 * maxPacket

// input is the file as a window that moves forward.
type input struct {
	br  *bufio.Reader
	off int64 // of the next octet
}

// broken says that the file ends or contradicts itself at an octet; what stands before is good.
type broken struct {
	off  int64
	text string
}

// Error is the text of the finding.
func (b *broken) Error() string { return b.text }

// take gives the next n <= window octets, valid until the next call. At the end of the file: io.EOF if nothing is left, else
// a *broken that says what was expected.
func (in *input) take(n int, what string) ([]byte, error) {
	b, err := in.br.Peek(n)
	if err != nil {
		return nil, in.fail(len(b), n, what, err)
	}
	_, _ = in.br.Discard(n) // cannot fail after Peek
	in.off += int64(n)
	return b, nil
}

// look gives the next n octets without moving.
func (in *input) look(n int) []byte {
	b, _ := in.br.Peek(n)
	return b
}

// skip moves over n octets.
func (in *input) skip(n int, what string) error {
	done, err := in.br.Discard(n)
	in.off += int64(done)
	if err != nil {
		return in.fail(0, n-done, what, err)
	}
	return nil
}

// copy reads n octets into memory that grows with what is there, not with the claim n.
func (in *input) copy(n int, what string) ([]byte, error) {
	var out []byte
	for n > 0 {
		step := min(n, 64<<10)
		b, err := in.take(step, what)
		if err == io.EOF {
			err = in.fail(0, n, what, io.ErrUnexpectedEOF)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, b...)
		n -= step
	}
	return out, nil
}

func (in *input) fail(have, want int, what string, err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case err == io.EOF && have == 0:
		return io.EOF
	case err == io.EOF, err == io.ErrUnexpectedEOF:
		return &broken{in.off + int64(have), fmt.Sprintf("the file ends after %s of %s that needs %s", octets(have), what, octets(want))}
	case errors.As(err, &corrupt), errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		return &broken{in.off, fmt.Sprintf("the gzip data breaks in %s: %v", what, err)}
	case errors.Is(err, errZstd):
		return &broken{in.off, fmt.Sprintf("the zstd data breaks in %s: %s", what, strings.ReplaceAll(err.Error(), "\n", ": "))}
	default:
		return err
	}
}

func octets(n int) string {
	if n == 1 {
		return "1 octet"
	}
	return fmt.Sprintf("%d octets", n)
}
