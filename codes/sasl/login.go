package sasl

// loginServer is LOGIN, which was never standardised and is understood by all (draft-murchison-sasl-login): it asks for the
// name, then for the password, in words that clients know.
type loginServer struct {
	asker
	name string
}

func newLoginServer(o *ServerOptions) Server {
	return &loginServer{asker: asker{ServerOptions: o, mechanism: "LOGIN"}}
}

func (s *loginServer) Next(response []byte) ([]byte, bool, error) {
	switch {
	case len(response) > MaxMessage:
		return nil, false, malformed("longer than %d octets", MaxMessage)
	case response == nil:
		return []byte("Username:"), false, nil
	case s.step == 0:
		s.step, s.name = 1, string(response)
		return []byte("Password:"), false, nil
	}
	c, user, err := s.find(s.name)
	if err != nil {
		return nil, false, err
	}
	if !c.samePassword(string(response)) {
		return nil, false, ErrRefused
	}
	return nil, true, s.admit(c, user, "")
}

// loginClient answers the questions in the order in which everybody asks them, whatever their words: servers have said
// "Username:", "User Name" and "username".
type loginClient struct {
	*Account
	step int
}

func newLoginClient(a *Account) Client { return &loginClient{Account: a} }

// Start is nothing: an initial response is understood by most servers, but not by all.
func (c *loginClient) Start() ([]byte, error) { return nil, nil }

func (c *loginClient) Next([]byte) ([]byte, error) {
	c.step++
	switch c.step {
	case 1:
		return []byte(c.Identity), nil
	case 2:
		return []byte(c.Password), nil
	}
	return nil, malformed("a third question")
}

func (c *loginClient) Verify() error { return nil }
