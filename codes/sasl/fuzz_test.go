package sasl

import (
	"strings"
	"testing"
)

// FuzzServer says anything to each server side, in three lines: none panics, none lets anybody in who has no secret, none
// asks for more than MaxMessage octets hold.
func FuzzServer(f *testing.F) {
	for i, name := range Mechanisms() {
		c := NewClient(name, account("alice"))
		first, err := c.Start()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(i), string(first)+"\n\n")
		s := NewServer(name, serverOptions())
		if challenge, _, err := s.Next(first); err == nil {
			if answer, err := c.Next(challenge); err == nil {
				f.Add(byte(i), "-\n"+string(answer)+"\n")
				f.Add(byte(i), string(first)+"\n"+string(answer)+"\n")
			}
		}
	}
	f.Fuzz(func(t *testing.T, which byte, lines string) {
		name := Mechanisms()[int(which)%len(mechanisms)]
		o := serverOptions()
		o.External = ""
		o.Find = func(string) (*Credential, error) { return &Credential{Password: "unknown to all", Token: "too"}, nil }
		s := NewServer(name, o)
		for i, line := range strings.SplitN(lines, "\n", 3) {
			response := []byte(line)
			if line == "-" && i == 0 {
				response = nil
			}
			challenge, done, err := s.Next(response)
			if done && err == nil {
				t.Fatalf("%s lets %q in after %q", name, s.Identity(), lines)
			}
			if err != nil {
				break
			}
			if challenge == nil || len(challenge) > MaxMessage {
				t.Fatalf("%s: a challenge of %d octets", name, len(challenge))
			}
		}
	})
}

// FuzzClient says anything to each client side.
func FuzzClient(f *testing.F) {
	for i, name := range Mechanisms() {
		s := NewServer(name, serverOptions())
		first, err := NewClient(name, account("alice")).Start()
		if err != nil {
			f.Fatal(err)
		}
		if challenge, _, err := s.Next(first); err == nil {
			f.Add(byte(i), string(challenge)+"\n")
		}
	}
	f.Fuzz(func(t *testing.T, which byte, lines string) {
		name := Mechanisms()[int(which)%len(mechanisms)]
		c := NewClient(name, account("alice"))
		if _, err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(lines, "\n") {
			response, err := c.Next([]byte(line))
			if err == nil && response == nil {
				t.Fatalf("%s: a nil response to %q", name, line)
			}
			if err != nil {
				return
			}
		}
	})
}
