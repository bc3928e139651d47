package node

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/sim/policy/secure"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/trace/field"
)

// RFC 8098 §2.1: who gets a receipt, by itself and with the user's consent.
func TestReceiptsWanted(t *testing.T) {
	const path, asks = "Return-Path: <alice@nord.example>\r\n", "Disposition-Notification-To: "
	for head, want := range map[string]string{
		path: " / ",
		path + asks + "Alice <alice@NORD.example>":                      "alice@NORD.example / alice@NORD.example",
		path + asks + "Alice@nord.example":                              " / Alice@nord.example", // the local part has a case
		path + asks + "x@ost.example":                                   " / x@ost.example",
		path + asks + "alice@nord.example, x@ost.example":               " / alice@nord.example,x@ost.example",
		asks + "alice@nord.example":                                     " / alice@nord.example", // no Return-Path
		path + asks + "alice@nord.example\r\n" + asks + "x@ost.example": " / ",
		"Return-Path: <>\r\n" + asks + "alice@nord.example":             " / ",
		path + asks + "alice@nord.example\r\nContent-Type: multipart/report; report-type=disposition-notification":               " / ",
		path + asks + "alice@nord.example\r\nDisposition-Notification-Options: signed-receipt-protocol=required,pkcs7-signature": " / ",
	} {
		section := field.ReadSection([]byte(head + "\r\n\r\n"))
		var got []string
		for _, ask := range []bool{false, true} {
			r := Receipts{User: bob, Ask: ask}
			got = append(got, strings.Join(r.wanted(&section), ","))
		}
		if s := strings.Join(got, " / "); s != want {
			t.Errorf("%q:\n got %s\nwant %s", head, s, want)
		}
	}
}

// A receipt has the three parts of RFC 8098 §3 and asks for none itself.
func TestReceiptHasItsParts(t *testing.T) {
	w := northAndWest(t, nil)
	n := w.nodes["alice.nord.example"]
	text := []byte("From: alice@nord.example\r\nSubject: Lunch\r\nMessage-ID: <1@nord.example>\r\nOriginal-Recipient: rfc822;team@west.example\r\n\r\nbody\r\n")
	head := field.ReadSection(text)
	user := to(bob).Mailbox
	got := string(n.disposition(&Receipts{User: bob, Ask: true}, user, []string{alice}, &head, text))
	for _, want := range []string{"From: bob@west.example\r\n", "To: alice@nord.example\r\n", "multipart/report; report-type=disposition-notification;",
		"Content-Type: message/disposition-notification\r\n\r\nReporting-UA: alice.nord.example; smtpsim\r\nOriginal-Recipient: rfc822;team@west.example\r\n" +
			"Final-Recipient: rfc822;bob@west.example\r\nOriginal-Message-ID: <1@nord.example>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n",
		"Content-Type: text/rfc822-headers\r\n\r\nFrom: alice@nord.example\r\n", "In-Reply-To: <1@nord.example>"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "Disposition-Notification-To") || strings.Contains(got, "body\r\n") {
		t.Errorf("asks for a receipt, or returns the body:\n%s", got)
	}
}

// RFC 8460 §4.3: what was wrong with a session has a name; a session that broke for another reason is not counted.
func TestTLSResults(t *testing.T) {
	broke := &smtpclient.Error{Stage: smtpclient.StageGreeting, Err: errors.New("reset")}
	tls := func(err error) error {
		return &smtpclient.Error{Stage: smtpclient.StageTLS, Err: fmt.Errorf("tls: %w", err)}
	}
	for _, c := range []struct {
		encrypted bool
		err       error
		want      string
	}{
		{true, nil, "good 1 []"},
		{false, nil, "good 0 [starttls-not-supported]"},
		{false, tls(smtpclient.ErrNoTLS), "good 0 [starttls-not-supported]"},
		{false, tls(x509.HostnameError{Certificate: &x509.Certificate{}, Host: "x"}), "good 0 [certificate-host-mismatch]"},
		{false, tls(x509.CertificateInvalidError{Reason: x509.Expired}), "good 0 [certificate-expired]"},
		{false, tls(x509.UnknownAuthorityError{}), "good 0 [certificate-not-trusted]"},
		{false, tls(errors.New("no match")), "good 0 [validation-failure]"},
		{false, broke, "none"},
	} {
		w := northAndWest(t, nil)
		n := w.nodes["msa.nord.example"]
		n.toldTLS(tlsSeen{domain: "west.example", kind: "sts", exchanger: "mx1.west.example", mode: secure.Enforce}, c.encrypted, c.err)
		got := "none"
		if len(n.tlsDay.seen) == 1 {
			var results []string
			for _, f := range n.tlsDay.seen[0].bad {
				results = append(results, f.result)
			}
			got = fmt.Sprintf("good %d %v", n.tlsDay.seen[0].good, results)
		}
		w.check(fmt.Sprint(c.err), got, c.want)
	}
}
