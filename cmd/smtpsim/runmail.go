package main

import (
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/sim"
)

// What is listed of where the mail is, unless --full wants everything.
const (
	mailboxesMax = 10 // mailboxes
	subjectsMax  = 5  // different subjects in a mailbox
	waitingMax   = 5  // recipients that mail waits for on a host
)

// whereMailIs is a line for each mailbox with mail, and one for each recipient whose mail waits.
func (a *app) whereMailIs(w *sim.World, full bool) []string {
	var lines []string
	for _, m := range w.Mailboxes() {
		if len(m.Messages) > 0 {
			lines = append(lines, a.mailbox(m.User, m.Host, m.Messages, full))
		}
	}
	if left := len(lines) - mailboxesMax; left > 1 && !full {
		lines = append(lines[:mailboxesMax], a.t("run.mailboxes.more", "n", strconv.Itoa(left)))
	}
	for _, h := range w.Hosts() {
		var waiting []string
		for _, q := range w.Queue(h) {
			text := a.t("run.waiting", "host", h, "to", q.Recipient, "next", a.span(q.Next))
			if q.Next <= 0 {
				text = a.t("run.waiting.now", "host", h, "to", q.Recipient)
			}
			if q.LastReply != "" {
				text += ": " + q.LastReply
			}
			waiting = append(waiting, text)
		}
		if waiting = counted(waiting); len(waiting) > waitingMax+1 && !full {
			waiting = append(waiting[:waitingMax], a.t("run.waiting.more", "host", h, "n", strconv.Itoa(len(waiting)-waitingMax)))
		}
		lines = append(lines, waiting...)
	}
	return lines
}

// mailbox names the mails in a mailbox by their subjects.
func (a *app) mailbox(user, host string, messages [][]byte, full bool) string {
	var subjects []string
	for _, msg := range messages {
		subjects = append(subjects, a.subject(msg))
	}
	if subjects = counted(subjects); len(subjects) > subjectsMax+1 && !full {
		subjects = append(subjects[:subjectsMax], a.t("run.mailbox.more", "n", strconv.Itoa(len(subjects)-subjectsMax)))
	}
	return a.t("run.mailbox", "user", user, "host", host, "subject", strings.Join(subjects, ", "))
}

// counted are the texts, each once with how often it is there, in the order in which they are first there.
func counted(texts []string) []string {
	var order []string
	times := map[string]int{}
	for _, s := range texts {
		if times[s]++; times[s] == 1 {
			order = append(order, s)
		}
	}
	for i, s := range order {
		if times[s] > 1 {
			order[i] += " ×" + strconv.Itoa(times[s])
		}
	}
	return order
}

// next says on a terminal how to see more of a run.
func (a *app) next(end runEnd, name string, f runFlags, sessions int) []string {
	if sessions == 0 || name == "-" || f.format != "table" || f.picture.full || a.flags.out != "" || terminal(a.out) == nil {
		return nil
	}
	if n := len(end.world.Scenario().Expects); n > 0 && end.verdicts == nil {
		return []string{a.t("run.expect.unjudged")}
	}
	return []string{a.t("run.next", "scenario", name)}
}
