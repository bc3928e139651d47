package persona

// Conversion is what a client does with a mail whose octets the next host does not take: 8 bits without 8BITMIME, binary
// without BINARYMIME.
type Conversion uint8

// The ways. RFC 6152 §3 and RFC 3030 §3 leave a client two: to convert without loss, or to give the mail back.
const (
	ConvertMIME  Conversion = iota // MIME is converted (Postfix: disable_mime_output_conversion = no); what is not MIME is given back
	ConvertAll                     // what is not MIME too: it becomes text in the charset "unknown-8bit" (RFC 1428 §3; Sendmail)
	ConvertNever                   // given back with 554 5.6.3
	JustSend                       // 8 bits go as they are, which RFC 6152 §3 forbids "under any circumstances" (Exim, qmail)
)

//house:table constant
var conversions = [...]string{"mime", "all", "never", "just-send"}

// String is the name in data and scenario files.
func (c Conversion) String() string { return conversions[min(c, JustSend)] }

// ConversionByName is the conversion of that name; ok is false if there is none.
func ConversionByName(name string) (c Conversion, ok bool) {
	for c := ConvertMIME; c <= JustSend; c++ {
		if c.String() == name {
			return c, true
		}
	}
	return 0, false
}
