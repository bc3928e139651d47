package smtp

import "testing"

func TestAnnounced(t *testing.T) {
	for _, a := range []Announced{{}, {Mails: 1}, {1, 2, 3}, {Domains: 1<<31 - 1}} {
		if got := ParseAnnounced(a.String()); got != a {
			t.Errorf("%q reads %+v", a, got)
		}
	}
	if got := ParseAnnounced("rcptmax=7 MAILMAX=0 RCPTDOMAINMAX=-1 MAILMAX= OTHER=5 RCPTDOMAINMAX=99999999999"); got != (Announced{Rcpts: 7}) {
		t.Errorf("read %+v", got)
	}
}
