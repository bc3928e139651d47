package smtpclient_test

import (
	"crypto/tls"
	"errors"
	"testing"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
)

// What a server offered to a session that could do without TLS opens no session early that must not: there the client hears the
// server out, and says nothing of a mail where it finds no TLS.
func TestEarlyIsNotWithoutTLS(t *testing.T) {
	offers := &smtpclient.Offers{}
	open := func(must bool) (heard int, err error) {
		p := &player{turns: [][]line{{{"S:", "220 mx.example"}},
			{{"S:", "250-mx.example"}, {"S:", "250-PIPELINING"}, {"S:", "250 PIPECONNECT"}}}}
		err = smtpclient.New(p, smtpclient.Config{Host: fixedHost(host.NoClaims{}), Offers: offers, TLS: &tls.Config{}, TLSRequired: must}).Open()
		return p.at, err
	}
	if heard, err := open(false); err != nil || heard != 2 {
		t.Fatalf("the first session: %d turns, %v", heard, err)
	}
	if heard, err := open(false); err != nil || heard != 0 {
		t.Fatalf("the second session: %d turns before its first mail, %v; want none", heard, err)
	}
	if heard, err := open(true); err == nil || heard != 2 {
		t.Errorf("a session that must have TLS: %d turns, %v", heard, err)
	} else if e, ok := errors.AsType[*smtpclient.Error](err); !ok || e.Stage != smtpclient.StageTLS {
		t.Errorf("a session that must have TLS ends with %v", err)
	}
}
