package main

import (
	"strconv"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/trace/render"
)

// verdicts are the scenario's expectations where the run was the scenario's own: to its end, and nobody else took part.
func verdicts(w *sim.World, f runFlags) []sim.Verdict {
	if f.until != "" || f.replay != "" || len(f.listen) > 0 {
		return nil
	}
	return w.Verdicts()
}

// tellVerdicts are a line for each expectation.
func (a *app) tellVerdicts(all []sim.Verdict, o render.Options) []string {
	yes, no := "✓", "✗"
	if o.Glyphs == render.ASCII {
		yes, no = "+", "x"
	}
	var out []string
	for _, v := range all {
		if v.Held {
			out = append(out, yes+" "+v.Expect.String())
			continue
		}
		out = append(out, no+" "+a.verdict(v))
	}
	return out
}

// expectations are the verdicts for JSON; a run that was not judged has nil.
func expectations(all []sim.Verdict) []render.Expectation {
	var out []render.Expectation
	for _, v := range all {
		out = append(out, render.Expectation{Line: v.Expect.Line, Expected: v.Expect.String(), Held: v.Held, Reached: v.Reached, Found: v.Found})
	}
	return out
}

// verdict says of an expectation that does not hold what was there instead.
func (a *app) verdict(v sim.Verdict) string {
	line := strconv.Itoa(v.Expect.Line)
	if !v.Reached {
		return a.t("run.expect.early", "line", line, "expected", v.Expect.String())
	}
	return a.t("run.expect.no", "line", line, "expected", v.Expect.String(), "found", v.Found)
}

// failed is the error of a run whose expectations do not all hold; nil if they do.
func (a *app) failed(name string, all []sim.Verdict) error {
	n, first := 0, ""
	for _, v := range all {
		if !v.Held {
			if n++; n == 1 {
				first = a.verdict(v)
			}
		}
	}
	if n == 0 {
		return nil
	}
	return a.fail(nil, "run.expect.failed", "file", name, "n", strconv.Itoa(n), "all", strconv.Itoa(len(all)), "first", first)
}
