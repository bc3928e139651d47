// Package scenario reads the scenario file: any network, its zones, its mail and what goes wrong, as plain data.
//
//  1. [Parse] decodes the YAML, refusing unknown keys, and checks that every name and address means something.
//  2. A [Scenario] lists hosts with roles, links, zone records, scripted mail and faults in time order.
//  3. sim.Open turns it into a running world; [Scenario.Hash] names exactly this file in a journal.
//
// Every error is an [Error] with file, line and column. Floor 4; read [Scenario] first.
package scenario
