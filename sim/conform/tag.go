package conform

import (
	"fmt"
	"runtime"
	"testing"
)

// Report is how a tagged test says what does not hold: the part of *testing.T that it needs.
type Report interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Tag ties a test to a requirement. test is run as it is, when broken is false, and must hold; then with broken set, when it
// applies the named deviation, and must fail. The comment above the call is "// Requirement: R5321-001".
func Tag(t *testing.T, id, deviation string, test func(r Report, broken bool)) {
	t.Helper()
	if !idForm.MatchString(id) {
		t.Fatalf("%q is no requirement id", id)
	}
	test(t, false)
	if t.Failed() {
		return
	}
	r := &recorder{}
	done := make(chan struct{})
	go func() { // so that Fatalf can end it
		defer close(done)
		test(r, true)
	}()
	<-done
	if len(r.errs) == 0 {
		t.Errorf("%s: with the deviation %q the test still holds: it does not test the requirement", id, deviation)
		return
	}
	t.Logf("%s: %s: %s", id, deviation, r.errs[0])
}

// recorder keeps what a test complains of.
type recorder struct{ errs []string }

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.errs = append(r.errs, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}
