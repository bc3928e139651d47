// Package field reads the header section of a message and the trace fields in it, and writes Received fields as servers do.
//
//  1. [ReadSection] finds the fields of a header section, in order, with offsets and line numbers. Anything is accepted;
//     what is odd is noted.
//  2. [ParseReceived] cuts a Received field into words, quoted strings and comments, finds the clauses (from, by, via, with,
//     id, for and the registered rest) and lets the style of the software explain the comments.
//  3. [Format] writes the same facts down again; for the styles it knows, Format(ParseReceived(line)) is the line.
//  4. [ParseDate] reads the dates of RFC 5322 and the ones found in the field.
//
// "Trace information" is RFC 5321 §4.4's own name for Received and Return-Path.
//
// Floor 1; read [Received] first.
package field
