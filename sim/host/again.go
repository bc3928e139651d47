package host

import "net"

// Again is conn for a reader who begins behind another one: early are the octets that the other has read and not used. They come
// first.
func Again(conn net.Conn, early []byte) net.Conn { return &again{conn, append([]byte(nil), early...)} }

type again struct {
	net.Conn
	early []byte
}

func (a *again) Read(p []byte) (int, error) {
	if len(a.early) == 0 {
		return a.Conn.Read(p)
	}
	n := copy(p, a.early)
	a.early = a.early[n:]
	return n, nil
}
