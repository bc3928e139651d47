// Package grade does a learner's log again and says what it proves.
//
//  1. [Read] takes a log file and finds its lesson; [Log] replays it line by line in a [play.Player], which computes
//     every world anew: nothing that the log claims is believed.
//  2. Each line must stand where it stood when it was typed (screen and prompt); else the log is of another edition, or was
//     changed by hand, and the error names the line.
//  3. The [Report] has a [Task] for each screen that asks for something: how much of it was reached, with how many answers
//     and hints, what was expected first and how surely, and which misconception a wrong answer shows.
//
// Replay proves that the work does what it claims, not who did it: what was played or equals the known solution is marked.
// Floor 6; read [Report] first.
package grade
