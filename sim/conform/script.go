package conform

import (
	"bufio"
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Script is one file of testdata:
//
//	# what it shows, and by which section
//	side: server | client | network
//	requires: R5321-029 ..      which requirements the lines are about that follow, up to the next requires:
//	deviation: R5321-029 ..     see [Deviation]; one or more for each id
//	config: persona=rfc ..      of the server or client under test
//	edit: /regexp/ => "text"    change of the base scenario (network)
//	C: a line of the client     neighbouring lines go out in one piece
//	C= "octets, quoted as in Go, sent as they are"
//	S: 250 2.1.0 ~ regexp       a reply of the server
//	! close | closed | silence 5s | wait 5m | tls | connect
//
// The marks that are known, and who reads them, stand in marks.
type Script struct {
	Path       string
	Side       string // "server", "client", "network"
	Lines      []Line
	Deviations []Deviation
	ids        []string
}

// Line is one line with a mark.
type Line struct {
	No   int
	Mark string // "C:", "S:", .., "config:"
	Text string
	IDs  []string // the requirements that it is about
}

// Deviation is one way to break a requirement:
//
//	R5321-029 config customs.AnyHelloName=true         another configuration of the engine under test
//	R5321-029 edit /regexp/ => "text"                  another scenario (network)
//	R5321-029 out /regexp/ => "text"                   see [Mutation]
//	R5321-029 host mx1.west.example out /regexp/ => .. the same of one host (network)
type Deviation struct {
	No   int
	ID   string
	Text string
}

// marks are the beginnings of lines that mean something.
//
//house:table the format of scripts
var marks = []string{"side:", "requires:", "deviation:", "config:", "edit:", "text:", "base:", "talk:", "C:", "C=", "C~", "C!", "S:", "S=", "S!",
	"!", "D:", "T:", "P:", "L:", "R:", "W:", "W~", "M:", "Q:", "N:", "F:"}

//house:table compiled once
var idForm = regexp.MustCompile(`^R\d{4}-\d{3}$`)

// Parse reads a script. The error names path, line and what was expected.
func Parse(path string, data []byte) (*Script, error) {
	s := &Script{Path: path}
	var region []string
	no := 0
	in := bufio.NewScanner(bytes.NewReader(data))
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		no++
		mark, text := cut(in.Text())
		switch mark {
		case "":
			if t := strings.TrimSpace(in.Text()); t != "" && t[0] != '#' {
				return nil, fmt.Errorf("%s:%d: expected a mark such as C: or S:, found %.40q", path, no, t)
			}
			continue
		case "side:":
			s.Side = text
			continue
		case "requires:":
			ids := strings.Fields(text)
			for _, id := range ids {
				if !idForm.MatchString(id) {
					return nil, fmt.Errorf("%s:%d: expected an id such as R5321-029, found %q", path, no, id)
				}
			}
			region = ids
			s.ids = append(s.ids, ids...)
			continue
		case "deviation:":
			id, rest, _ := strings.Cut(text, " ")
			s.Deviations = append(s.Deviations, Deviation{No: no, ID: id, Text: strings.TrimSpace(rest)})
			continue
		}
		s.Lines = append(s.Lines, Line{No: no, Mark: mark, Text: text, IDs: region})
	}
	slices.Sort(s.ids)
	s.ids = slices.Compact(s.ids)
	return s, s.check()
}

func cut(line string) (mark, text string) {
	for _, m := range marks {
		if rest, ok := strings.CutPrefix(line, m); ok {
			return m, strings.TrimPrefix(rest, " ")
		}
	}
	return "", line
}

// check holds that the script has a side, and each requirement a deviation.
func (s *Script) check() error {
	if s.Side != "server" && s.Side != "client" && s.Side != "network" {
		return fmt.Errorf("%s: expected side: server, client or network, found %q", s.Path, s.Side)
	}
	for _, d := range s.Deviations {
		if !slices.Contains(s.ids, d.ID) {
			return fmt.Errorf("%s:%d: deviation of %q, which the script does not require", s.Path, d.No, d.ID)
		}
	}
	for _, id := range s.ids {
		if !slices.ContainsFunc(s.Deviations, func(d Deviation) bool { return d.ID == id }) {
			return fmt.Errorf("%s: %s has no deviation", s.Path, id)
		}
	}
	return nil
}

// IDs are the requirements that the script shows, sorted.
func (s *Script) IDs() []string { return s.ids }

// Words are the words of all lines with mark, in order.
func (s *Script) Words(mark string) []string {
	var all []string
	for _, l := range s.Lines {
		if l.Mark == mark {
			all = append(all, strings.Fields(l.Text)...)
		}
	}
	return all
}

// All are the lines with one of the marks, in order.
func (s *Script) All(marks ...string) []Line {
	var all []Line
	for _, l := range s.Lines {
		if slices.Contains(marks, l.Mark) {
			all = append(all, l)
		}
	}
	return all
}

// About reports whether l is the place of id: the requirement stands in front of the line.
func (l Line) About(id string) bool { return slices.Contains(l.IDs, id) }
