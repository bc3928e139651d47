// Package play is the learner's console of a lesson: typed lines in, screens out, nothing else.
//
//  1. [New] takes a lesson; [Player.Start] shows its first screen; [Player.Line] takes one typed line and gives what it leads to.
//  2. The lesson's own words (hint, back, because 11, what-if …) come first, then the world's commands; in a session with a
//     server everything goes to the server, and lesson words take a colon.
//  3. A prediction is locked before the world computes. What the world did is shown as a ladder, line by line.
//  4. Every typed line is an input of the log; feeding the log again gives the same screens: that is resuming, going back and
//     grading.
//
// There is no I/O here, no clock and no state outside of a [Player]. Floor 6; read [Player] first.
package play
