package smtpclient

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/trace/mime"
)

// takes is the most that the server has said it takes.
func (c *Client) takes() mime.Transport {
	switch {
	case c.uses(persona.BinaryMIME) && c.uses(persona.Chunking): // RFC 3030 §3: not without CHUNKING
		return mime.Binary
	case c.uses(persona.EightBitMIME):
		return mime.EightBit
	}
	return mime.SevenBit
}

// fit makes the text such as the server takes it: as it is, converted, or not at all (RFC 6152 §3, RFC 3030 §3). It sets
// how the text goes and its size.
func (t *transaction) fit(text []byte) ([]byte, *Error) {
	text, need := t.needs(text)
	if takes := t.takes(); need > takes {
		var refusal *Error
		if text, need, refusal = t.convert(text, need, takes); refusal != nil {
			return nil, refusal
		}
	}
	t.body = need
	t.size = len(text)
	if need < mime.Binary {
		t.size = storedSize(text)
	}
	return text, nil
}

// needs says by what the text can be transported. All but binary gets CRLF as its line ends.
func (t *transaction) needs(text []byte) ([]byte, mime.Transport) {
	if declared, _ := smtp.FindParam(t.env.Params, "BODY"); declared == mime.Binary.String() {
		return text, mime.Needs(text)
	}
	if strayLineEnd(text) {
		if mime.IsBinary(text) {
			return text, mime.Binary
		}
		text = cleanLineEnds(text)
	}
	if smtp.HasEightBit(text) {
		return text, mime.EightBit
	}
	return text, mime.SevenBit
}

// convert is the gateway of RFC 6152 §3, where the host is one.
func (t *transaction) convert(text []byte, need, takes mime.Transport) ([]byte, mime.Transport, *Error) {
	how, charset := t.cfg.Convert, ""
	switch {
	case how == persona.JustSend && need == mime.EightBit:
		return text, mime.SevenBit, nil // and nothing declares it
	case how == persona.ConvertNever, how == persona.JustSend:
		return nil, need, unfit(need, "")
	case how == persona.ConvertAll:
		charset = "unknown-8bit"
	}
	converted, err := mime.Convert(text, takes, charset)
	if err != nil {
		return nil, need, unfit(need, ": "+err.Error())
	}
	need = mime.SevenBit
	if smtp.HasEightBit(converted) {
		need = mime.EightBit
	}
	return converted, need, nil
}

// unfit is RFC 3463's X.6.3: conversion required but not supported.
func unfit(need mime.Transport, why string) *Error {
	if need == mime.Binary {
		return local(554, "5.6.3", "message is binary, and the server does not offer BINARYMIME"+why)
	}
	return local(554, "5.6.3", "message contains 8-bit octets, and the server does not offer 8BITMIME"+why)
}

// appendBody adds the BODY parameter (RFC 6152 §2, RFC 3030 §3).
func (t *transaction) appendBody(dst []byte) []byte {
	if t.body == mime.SevenBit {
		return dst
	}
	return append(append(dst, " BODY="...), t.body.String()...)
}
