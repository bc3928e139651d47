package auth

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// TestParseResults reads the examples of RFC 7601 Appendix B and what is no field at all.
func TestParseResults(t *testing.T) {
	for _, c := range []struct {
		value string
		want  string // as we write it; "": an error
	}{
		{" example.org 1; none", "Authentication-Results: example.org; none\r\n"},
		{"example.com;\r\n  spf=pass smtp.mailfrom=example.net", "Authentication-Results: example.com;\r\n\tspf=pass smtp.mailfrom=example.net\r\n"},
		{"example.com;\r\n auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n spf=pass smtp.mailfrom=example.net",
			"Authentication-Results: example.com;\r\n\tauth=pass smtp.auth=sender@example.net;\r\n\tspf=pass smtp.mailfrom=example.net\r\n"},
		{"foo.example.net (foobar) 1 (baz);\r\n dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n" +
			" policy (A dot can go here) . (like that) expired\r\n (this surprised me) = (as I wasn't expecting it) 1362471462",
			"Authentication-Results: foo.example.net;\r\n\tdkim=fail policy.expired=1362471462\r\n"},
		{`mx; dkim=fail reason="a \"b\"" header.i=@east.example`,
			"Authentication-Results: mx;\r\n\tdkim=fail reason=\"a \\\"b\\\"\" header.i=@east.example\r\n"},
		{"", ""}, {"example.org", ""}, {"example.org 2; none", ""}, {"; spf=pass", ""}, {"a; spf", ""}, {"a; spf=pass smtp", ""},
		{"a; spf=pass smtp.mailfrom=;", "Authentication-Results: a;\r\n\tspf=pass smtp.mailfrom=\"\"\r\n"}, {"a;", ""}, {"a; ;", ""}, {`a; spf=pass reason="x`, ""}, {"a; spf=pass, dkim=pass", ""},
	} {
		got, err := ParseResults(c.value)
		switch {
		case c.want == "" && err == nil:
			t.Errorf("%q: read as %+v, expected an error", c.value, got)
		case c.want != "" && (err != nil || got.Format() != c.want):
			t.Errorf("%q: %q, %v, expected %q", c.value, got.Format(), err, c.want)
		}
	}
}

// drawResults makes results as the checks make them.
func drawResults(t *rapid.T) Results {
	name := rapid.StringMatching(`[a-z][a-z0-9-]{0,8}`)
	value := rapid.StringMatching(`[ -~]{0,60}`)
	r := Results{ServID: rapid.StringMatching(`[ -~]{1,20}`).Draw(t, "id")}
	for range rapid.IntRange(0, 4).Draw(t, "methods") {
		m := Method{Name: name.Draw(t, "name"), Result: Result(name.Draw(t, "result")), Reason: value.Draw(t, "reason")}
		for range rapid.IntRange(0, 4).Draw(t, "props") {
			m.Props = append(m.Props, Prop{name.Draw(t, "ptype"), name.Draw(t, "property"), value.Draw(t, "value")})
		}
		r.Methods = append(r.Methods, m)
	}
	return r
}

func TestResultsRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := drawResults(rt)
		value := r.Format()[len("Authentication-Results:"):]
		got, err := ParseResults(value)
		if err != nil || !reflect.DeepEqual(got, r) {
			rt.Fatalf("%q\nis %+v, %v\nnot %+v", value, got, err, r)
		}
	})
}

// TestStripResults: RFC 7601 §5.
func TestStripResults(t *testing.T) {
	mail := "X: y\r\nAuthentication-Results: MX.west.example;\r\n\tspf=pass\r\nAuthentication-Results: other.example; none\r\n" +
		"authentication-results : \"mx.west.example\" 1; none\r\nX: Authentication-Results: mx.west.example\r\nAuthentication-Results: ;\r\n" +
		"\r\nAuthentication-Results: mx.west.example; none\r\n"
	want := "X: y\r\nAuthentication-Results: other.example; none\r\nX: Authentication-Results: mx.west.example\r\n" +
		"\r\nAuthentication-Results: mx.west.example; none\r\n"
	ours := func(id string) bool { return id == "mx.west.example" || id == "MX.west.example" }
	got, n := StripResults([]byte(mail), ours)
	if string(got) != want || n != 3 {
		t.Errorf("%d removed: %q", n, got)
	}
	if again, n := StripResults(got, ours); n != 0 || string(again) != want {
		t.Errorf("%d removed again: %q", n, again)
	}
}

func FuzzParseResults(f *testing.F) {
	f.Add(" example.org 1; none")
	f.Add(`a (x(y)); spf=pass reason="a\"" smtp.mailfrom=b; dkim/1=none`)
	f.Fuzz(func(t *testing.T, value string) {
		r, err := ParseResults(value)
		if err != nil {
			return
		}
		again, err := ParseResults(r.Format()[len("Authentication-Results:"):])
		if err != nil || again.Format() != r.Format() {
			t.Errorf("%q\nis %q\nthen %q, %v", value, r.Format(), again.Format(), err)
		}
	})
}
