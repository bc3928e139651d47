// Package mime reads the MIME side of a message as far as mail tracing needs it: encoded words and the tree of parts.
//
//  1. [DecodeHeader] turns the encoded words of RFC 2047 into text.
//  2. [ParseType] reads a Content-Type or Content-Disposition field (RFC 2045 §5.1, RFC 2231).
//  3. [Tree] finds the parts of a message with their offsets, bounded in depth and number.
//
// Floor 1; read [Part] first.
package mime
