package field

import "bytes"

// Without is text without the fields of a name in its header section; the rest stays octet for octet. The result is a copy.
func Without(text []byte, name string) []byte {
	out := make([]byte, 0, len(text))
	for inside := false; len(text) > 0 && text[0] != '\r' && text[0] != '\n'; {
		end := bytes.IndexByte(text, '\n') + 1
		if end == 0 {
			end = len(text)
		}
		if line := text[:end]; line[0] != ' ' && line[0] != '\t' {
			inside = len(line) > len(name) && bytes.EqualFold(line[:len(name)], []byte(name)) && line[len(name)] == ':'
		}
		if !inside {
			out = append(out, text[:end]...)
		}
		text = text[end:]
	}
	return append(out, text...)
}
