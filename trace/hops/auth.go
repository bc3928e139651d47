package hops

import "strings"

// authentication reads the Authentication-Results fields and finds whose they are: a server puts its field above its own
// Received field (RFC 7601 §4.1), so the next Received field below names the writer.
func (t *tracer) authentication() {
	received := 0 // Received fields seen from the top
	for _, f := range t.section.Fields {
		if f.Is("Received") {
			received++
			continue
		}
		if !f.Is("Authentication-Results") || len(t.m.Authentication) >= maxAuthFields {
			continue
		}
		a := parseAuthentication(f.Body())
		a.Line, a.Trust = t.opts.Line-1+f.Line, "claimed"
		if n := len(t.m.Hops) - received; n > 0 {
			a.Hop = n
			h := &t.m.Hops[n-1]
			if h.Trust != "claimed" && (t.opts.Trusted.Host(a.Server) || strings.EqualFold(a.Server, h.By.Host)) {
				a.Trust = "trusted"
			}
		}
		t.m.Authentication = append(t.m.Authentication, a)
	}
}

// parseAuthentication reads "server [version]; method=result ptype.property=value ..; ..".
func parseAuthentication(s string) Authentication {
	a := Authentication{Results: []AuthResult{}}
	for n, part := range strings.Split(dropComments(s), ";") {
		words := strings.Fields(part)
		if len(words) == 0 || n > 64 {
			continue
		}
		if n == 0 {
			a.Server = strings.Trim(words[0], `"`)
			continue
		}
		method, result, ok := strings.Cut(words[0], "=")
		if !ok {
			continue // "none": nothing was checked
		}
		method, _, _ = strings.Cut(strings.ToLower(method), "/")
		r := AuthResult{Method: method, Result: strings.ToLower(result)}
		for _, w := range words[1:] {
			if key, value, ok := strings.Cut(w, "="); ok {
				if r.Properties == nil {
					r.Properties = map[string]string{}
				}
				r.Properties[strings.ToLower(key)] = strings.Trim(value, `"`)
			}
		}
		a.Results = append(a.Results, r)
	}
	return a
}

// dropComments takes out the comments of RFC 5322 §3.2.2, nested ones too.
func dropComments(s string) string {
	if len(s) > 16<<10 {
		s = s[:16<<10]
	}
	if strings.IndexByte(s, '(') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && (quoted || depth > 0):
			if i++; depth == 0 {
				out = append(out, s[i])
			}
		case c == '"' && depth == 0:
			quoted = !quoted
			out = append(out, c)
		case c == '(' && !quoted:
			depth++
		case c == ')' && !quoted && depth > 0:
			depth--
		case depth == 0:
			out = append(out, c)
		}
	}
	return string(out)
}
