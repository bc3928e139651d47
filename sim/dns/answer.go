package dns

// maxAliases is how many CNAMEs one answer follows, at the server and in the resolver: RFC 1034 §3.6.2 wants chains
// followed and loops stopped.
const maxAliases = 8

// result is what the zones say about a question.
type result struct {
	rcode     Rcode
	answer    []Record // the aliases on the way, then the records asked for
	authority []Record // the SOA of a negative answer (RFC 2308 §3), or the NS of a zone given away
	glue      []Record // the addresses of those NS
	delegated bool
}

// lookup answers q as RFC 1034 §4.3.2 has it.
func (z *Zones) lookup(q question) result {
	var out result
	for range maxAliases + 1 {
		x := z.find(q.name)
		if x == nil {
			if len(out.answer) == 0 {
				out.rcode = Refused // no zone of ours
			}
			return out
		}
		if ns := x.delegation(q.name); len(ns) > 0 {
			out.authority, out.delegated = ns, true
			for _, r := range ns { // RFC 1034 §4.3.2 step 3b: whatever addresses are available
				out.glue = append(out.glue, x.records[question{r.Target, TypeA}]...)
				out.glue = append(out.glue, x.records[question{r.Target, TypeAAAA}]...)
			}
			return out
		}
		records, exists := x.at(q)
		out.answer = append(out.answer, records...)
		switch {
		case !exists:
			out.rcode = NXDomain // also at the end of an alias: RFC 6604 §3
			fallthrough
		case len(records) == 0:
			out.authority = []Record{x.zone.soa()}
			return out
		case records[0].Type != TypeCNAME || q.kind == TypeCNAME || q.kind == TypeANY:
			return out
		}
		q.name = records[0].Target
	}
	return result{rcode: ServFail} // a loop or a chain too long
}

// at are the records of the zone for q, or the alias that stands there instead. exists without records is NODATA.
func (x *index) at(q question) (records []Record, exists bool) {
	owner := q.name
	if !x.exists[owner] {
		// RFC 4592 §3.3.1: the wildcard directly below the closest name that exists
		for owner = parent(owner); !x.exists[owner]; {
			owner = parent(owner)
		}
		if owner == "." {
			owner = ""
		}
		owner = "*." + owner
		if !x.exists[owner] {
			return nil, false
		}
	}
	found := x.records[question{owner, q.kind}]
	if q.kind == TypeANY {
		for _, t := range x.types[owner] {
			found = append(found, x.records[question{owner, t}]...)
		}
	}
	if len(found) == 0 {
		found = x.records[question{owner, TypeCNAME}]
	}
	if q.kind == TypeSOA && len(found) == 0 && q.name == x.zone.Name {
		found = []Record{x.zone.soa()}
	}
	if owner == q.name {
		return found, true
	}
	named := make([]Record, len(found))
	for i, r := range found {
		r.Name = q.name
		named[i] = r
	}
	return named, true
}

// delegation are the NS records that give name away to another server (RFC 1034 §4.3.2 step 3b): those below the zone's
// own name, at name or above it.
func (x *index) delegation(name string) []Record {
	var cut []Record
	for n := name; n != x.zone.Name && n != ""; n = parent(n) {
		if ns := x.records[question{n, TypeNS}]; len(ns) > 0 {
			cut = ns // the highest cut counts
		}
	}
	return cut
}
