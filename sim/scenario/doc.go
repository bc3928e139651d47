// Package scenario reads the scenario file: any network, its zones, its mail, what goes wrong, and what must come of it, as
// plain data.
//
//  1. [Check] reads the YAML against the structs of file.go and tells everything that is wrong, [Parse] the first of it.
//  2. A [Scenario] lists hosts with roles, links, zone records, scripted mail and typed lines, faults in time order, and the
//     expectations that a run is held to.
//  3. sim.Open turns it into a running world; [Scenario.Hash] names exactly this file in a journal.
//  4. [Gallery] lists the scenarios that come with the program; [Schema] is a JSON schema of the file, [Template] a file to
//     begin with.
//
// Every error is an [Error] with file, line and column. Floor 4; read [Scenario] first.
package scenario
