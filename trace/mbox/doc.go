// Package mbox splits mailboxes into messages and writes them: a single message, an mbox file, a Maildir.
//
//  1. [NewReader] looks at the first line: "From " begins an mbox (RFC 4155), anything else is one message.
//  2. [Reader.Next] gives message after message with its place in the file; nothing needs the whole file in memory.
//  3. [Unquote] takes the ">" off body lines that a writer had to quote; [Append] puts it on.
//  4. [Maildir] lists the message files of a Maildir.
//
// Floor 1; read [Reader] first.
package mbox
