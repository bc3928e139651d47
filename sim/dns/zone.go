package dns

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Zone is a part of the name space that one server answers for.
type Zone struct {
	Name    string // "west.example." or "." for everything
	Records []Record
}

// ParseZone builds a zone from lines in zone-file form; the error names the line, from 1.
func ParseZone(name string, lines ...string) (Zone, error) {
	if err := ValidName(name); err != nil {
		return Zone{}, err
	}
	z := Zone{Name: CanonicalName(name)}
	for i, line := range lines {
		r, err := ParseRecord(line)
		if err != nil {
			return Zone{}, fmt.Errorf("zone %s, record %d: %w", z.Name, i+1, err)
		}
		z.Records = append(z.Records, r)
	}
	return z, nil
}

// Check lists what is wrong with the zone although it can be served: a lesson may want it wrong.
func (z Zone) Check() []error {
	var problems []error
	mx, null, cname, other := map[string]int{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	zone := CanonicalName(z.Name)
	for _, r := range z.Records {
		if !InZone(r.Name, zone) {
			problems = append(problems, fmt.Errorf("%s: not in zone %s", r, zone))
		}
		if r.Type == TypeMX {
			mx[r.Name]++
			null[r.Name] = null[r.Name] || r.NullMX()
		}
		cname[r.Name] = cname[r.Name] || r.Type == TypeCNAME
		other[r.Name] = other[r.Name] || r.Type != TypeCNAME
	}
	for _, r := range z.Records {
		switch {
		case r.NullMX() && (mx[r.Name] > 1 || r.Preference != 0):
			// RFC 7505 §3: preference 0, and no other MX beside it
			problems = append(problems, fmt.Errorf("%s: a null MX stands alone and has preference 0 (RFC 7505 §3)", r))
		case (r.Type == TypeMX || r.Type == TypeNS) && cname[r.Target]:
			problems = append(problems, fmt.Errorf("%s: %s is an alias (RFC 2181 §10.3)", r, r.Target))
		case r.Type == TypeCNAME && other[r.Name]:
			problems = append(problems, fmt.Errorf("%s: other records stand beside the alias (RFC 1034 §3.6.2)", r))
		}
	}
	return problems
}

// soa is the zone's start of authority; a zone without one gets one that lets negative answers live for five minutes.
func (z Zone) soa() Record {
	for _, r := range z.Records {
		if r.Type == TypeSOA {
			return r
		}
	}
	under := z.Name
	if under == "." {
		under = ""
	}
	return Record{Name: z.Name, TTL: DefaultTTL, Type: TypeSOA, Target: "ns." + under,
		SOA: SOA{Mailbox: "hostmaster." + under, Serial: 1, Refresh: 7200, Retry: 3600, Expire: 1209600, Minimum: DefaultTTL}}
}

// Zones are the zones of one server. They may be edited while it answers.
type Zones struct {
	mu    sync.Mutex
	zones map[string]*index
}

// index makes one zone quick to ask.
type index struct {
	zone    Zone
	records map[question][]Record
	types   map[string][]Type // at each name, in order of appearance
	exists  map[string]bool   // names with records, and those above them
}

type question struct {
	name string
	kind Type
}

// NewZones holds the given zones; a later zone replaces an earlier one of the same name.
func NewZones(zones ...Zone) *Zones {
	z := &Zones{zones: map[string]*index{}}
	for _, zone := range zones {
		z.Set(zone)
	}
	return z
}

// Set adds a zone or replaces the one of its name.
func (z *Zones) Set(zone Zone) {
	zone.Name = CanonicalName(zone.Name)
	zone.Records = slices.Clone(zone.Records)
	x := &index{zone: zone, records: map[question][]Record{}, types: map[string][]Type{}, exists: map[string]bool{zone.Name: true}}
	for _, r := range zone.Records {
		q := question{r.Name, r.Type}
		if len(x.records[q]) == 0 {
			x.types[r.Name] = append(x.types[r.Name], r.Type)
		}
		x.records[q] = append(x.records[q], r)
		for n := r.Name; n != "" && InZone(n, zone.Name); n = parent(n) {
			x.exists[n] = true
		}
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	z.zones[zone.Name] = x
}

// Remove takes a zone away; the server refuses questions about it then.
func (z *Zones) Remove(name string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	delete(z.zones, CanonicalName(name))
}

// All are the zones, sorted by name.
func (z *Zones) All() []Zone {
	z.mu.Lock()
	defer z.mu.Unlock()
	var out []Zone
	for _, x := range z.zones {
		out = append(out, Zone{Name: x.zone.Name, Records: slices.Clone(x.zone.Records)})
	}
	slices.SortFunc(out, func(a, b Zone) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Add puts a record into the zone it belongs to.
func (z *Zones) Add(r Record) error {
	x := z.find(r.Name)
	if x == nil {
		return fmt.Errorf("record %q: no zone for it here", r)
	}
	z.Set(Zone{Name: x.zone.Name, Records: append(slices.Clone(x.zone.Records), r)})
	return nil
}

// Delete takes away the records that match and says how many: all of name, or only those of one type.
func (z *Zones) Delete(name string, kind Type) int {
	name = CanonicalName(name)
	x := z.find(name)
	if x == nil {
		return 0
	}
	kept := slices.DeleteFunc(slices.Clone(x.zone.Records), func(r Record) bool {
		return r.Name == name && (kind == TypeANY || r.Type == kind)
	})
	z.Set(Zone{Name: x.zone.Name, Records: kept})
	return len(x.zone.Records) - len(kept)
}

// find is the closest zone around name (RFC 1034 §4.3.2 step 2); nil if there is none.
func (z *Zones) find(name string) *index {
	z.mu.Lock()
	defer z.mu.Unlock()
	for n := name; n != ""; n = parent(n) {
		if x := z.zones[n]; x != nil {
			return x
		}
	}
	return nil
}
