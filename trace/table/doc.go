// Package table turns the model of evidence into rows: sessions, transactions, recipients, findings and hops, each as a
// [Table] with stable column names and values for machines, which [Table.CSV] writes as RFC 4180.
//
//  1. A builder ([Sessions], [Transactions], …) walks the model once and makes strings: times RFC 3339 in UTC, durations
//     in seconds, sizes in octets, "" for what is not known.
//  2. [Table.CSV] quotes them; trace/render takes the same rows, chooses columns and writes them for people.
//  3. Texts from a capture or a message are somebody else's: [Visible] makes their control characters harmless, and CSV
//     disarms cells that a spreadsheet would take for a formula.
//
// Floor 2; read [Table] first.
package table
