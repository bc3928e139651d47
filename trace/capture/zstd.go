package capture

import (
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

// zstdWindow is the largest window that is taken: as far back as the zstd program itself looks without being told to (RFC 8878 §3.1.1.1.2
// recommends to take at least 8 MB).
const zstdWindow = 128 << 20

// errZstd is what is wrong with zstd data; the errors of reading it are others.
var errZstd = errors.New("zstd")

// unzstd decompresses (RFC 8878) in the caller's goroutine.
type unzstd struct {
	src     *noted
	decoder *zstd.Decoder
}

// noted remembers the error of a reader, to tell it from those of decompressing.
type noted struct {
	r   io.Reader
	err error
}

func (n *noted) Read(p []byte) (int, error) {
	k, err := n.r.Read(p)
	if err != nil && err != io.EOF {
		n.err = err
	}
	return k, err
}

func newUnzstd(r io.Reader) (*unzstd, error) {
	src := &noted{r: r}
	d, err := zstd.NewReader(src, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow))
	return &unzstd{src, d}, err
}

// Read gives decompressed octets; what is wrong with the data is an errZstd, a file that ends too early io.ErrUnexpectedEOF.
func (u *unzstd) Read(p []byte) (int, error) {
	n, err := u.decoder.Read(p)
	switch {
	case err == nil || err == io.EOF || err == io.ErrUnexpectedEOF:
		return n, err
	case u.src.err != nil:
		return n, u.src.err
	}
	return n, errors.Join(errZstd, err)
}
