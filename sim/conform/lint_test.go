package conform_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/conform"
)

// lint holds the L: lines of a script to all replies that were heard: "L: reply-lines", "L: codes", "L: enhanced".
func lint(s *conform.Script, replies [][]string) *failure {
	for _, l := range s.All("L:") {
		for i, lines := range replies {
			if what := lintReply(l.Text, lines, i == 0); what != "" {
				return &failure{l, fmt.Sprintf("%s: %q", what, lines)}
			}
		}
	}
	return nil
}

// known are the codes of RFC 5321 §4.2.3, those of RFC 3207, 4954 and 7504, and 334 of RFC 4954.
//
//house:table registry
var known = strings.Fields("211 214 220 221 235 250 251 252 334 354 421 432 450 451 452 454 455 500 501 502 503 504 521 523 530 534 535 " +
	"538 550 551 552 553 554 555 556")

func lintReply(rule string, lines []string, first bool) string {
	code := lines[len(lines)-1][:3]
	for _, l := range lines {
		_, n := smtp.CutEnhanced(l[min(4, len(l)):])
		switch {
		case rule == "reply-lines" && len(l)+2 > 512: // RFC 5321 §4.5.3.1.5
			return fmt.Sprintf("a line of %d octets", len(l)+2)
		case rule == "codes" && !slices.Contains(known, l[:3]): // §4.2
			return "an unknown code"
		case rule == "digits" && (l[0] < '2' || l[0] > '5'): // §4.2
			return "first digit"
		case rule == "same-code" && l[:3] != code: // §4.2.1
			return "codes differ"
		case rule == "enhanced" && !first && code[0] != '3' && n == 0: // RFC 2034 §4
			return "no enhanced code"
		case rule == "not-521" && l[:3] == "521": // RFC 7504 §3
			return "521 where the host takes other mail"
		case rule == "class" && n > 0 && l[4] != code[0]:
			return "the class is not the first digit"
		case rule == "ascii" && strings.ContainsFunc(l, func(r rune) bool { return r > 126 || r < 32 }):
			return strconv.Quote(l)
		}
	}
	return ""
}
