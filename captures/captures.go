// Package captures is the evidence that ships with smtpsim: recordings of real mail servers, messages they delivered, and
// captures that the simulator wrote.
//
//  1. [Files] embeds real/ (pcap and pcapng), mail/ (messages) and sim/ (pcapng of scenarios).
//  2. PROVENANCE.md says of each who recorded it, with which software, and what it shows.
//  3. Lessons and examples open them by name; `smtpsim analyze` and `smtpsim trace` read them like any other file.
//
// Floor 0; read PROVENANCE.md first.
package captures

import "embed"

// Files holds the recordings under "real", "mail" and "sim". Packets and messages in them are what the software sent:
// hostile until parsed.
//
//go:embed real mail sim
var Files embed.FS
