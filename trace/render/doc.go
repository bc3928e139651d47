// Package render prints the model of evidence for people and for machines: ladders, tables, hop timelines, sentences for
// a screen reader, JSON and NDJSON, in English and German.
//
// The story of a line:
//
//  1. [Options] say how wide, in which language, with which glyphs, and whether colours may help.
//  2. A ladder's entries (a [trace.Timeline], or sessions turned into entries) are folded into items, items become rows,
//     rows are drawn: one column per host, an arrow per thing said, what it means at the right.
//  3. [WriteSessions] and its siblings turn rows of trace/table into tables for people.
//  4. [JSON] and [NDJSON] print what the contract of the JSON says, key by key.
//
// The rules of everything printed here:
//
//   - What comes from a capture or a message is somebody else's text: it passes [Options.visible], which makes controls
//     harmless, before it is measured, cut or drawn. JSON keeps the octets and escapes for JSON.
//   - The same input and options give the same bytes: no environment, no clock, no map order.
//   - Colour repeats what the text says; it is never needed to understand.
//   - No line is wider than Options.Width, counted in terminal cells with ambiguous characters one cell wide.
//   - Glyphs come from WGL4, which every common font has, or from ASCII.
//
// Floor 2; read [Options] first, then [Ladder].
package render
