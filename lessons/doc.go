// Package lessons is the course: what a lesson is, its two languages, and how what happened on the wire decides whether a
// task is done.
//
//  1. A [Lesson] is a list of screens; a [Screen] has a text in each language, perhaps a world, and perhaps a [Task].
//  2. What the learner did lies in a [Log] of inputs; what the world did lies in its timeline and mailboxes. Both together
//     are the [Evidence] on which a check decides.
//  3. lessons/play turns typed lines into screens, lessons/grade replays a log and counts.
//
// A check never looks at the words that were typed where a state of the world will do. Floor 6; read [Lesson] first.
package lessons
