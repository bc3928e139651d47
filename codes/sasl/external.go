package sasl

import "bytes"

// externalServer is EXTERNAL (RFC 4422 Appendix A): who the client is was found out outside, by its TLS certificate.
type externalServer struct{ asker }

func newExternalServer(o *ServerOptions) Server {
	return &externalServer{asker{ServerOptions: o, mechanism: "EXTERNAL"}}
}

func (s *externalServer) Next(response []byte) ([]byte, bool, error) {
	switch {
	case response == nil:
		return []byte{}, false, nil
	case len(response) > MaxMessage || bytes.IndexByte(response, 0) >= 0:
		return nil, false, malformed("expected an authorization identity without NUL")
	case s.External == "":
		return nil, false, ErrRefused
	}
	c, user, err := s.find(s.External)
	if err != nil {
		return nil, false, err
	}
	if err := s.admit(c, user, string(response)); err != nil {
		return nil, false, err
	}
	return nil, true, nil
}

func newExternalClient(a *Account) Client { return &oneAnswer{first: []byte(a.ActAs)} }
