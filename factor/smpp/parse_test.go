package smpp

import (
	"bytes"
	"testing"
	"time"

	"github.com/jawort/jawort/courier"
)

func TestReceiptsOfAllVendorsAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]receipt{
		"id:0123456789 sub:001 dlvrd:001 submit date:0610190951 done date:0610190951 stat:DELIVRD err:000 text:Hello": {"0123456789", "DELIVRD", "000"},
		"id:a-1 stat:UNDELIV err:013":                      {"a-1", "UNDELIV", "013"},
		"ID:a-1 Stat:undeliv Err:13 Text:":                 {"a-1", "undeliv", "13"},
		"sub:001 id:7 stat:EXPIRED text:id:8 stat:DELIVRD": {"7", "EXPIRED", ""},
		"id:7 stat:DELIVRD\x00":                            {"7", "DELIVRD", ""},
		"invalid:1 state:DELIVRD":                          {"", "", ""},
		"":                                                 {"", "", ""},
		"text:id:8 stat:DELIVRD":                           {"", "", ""},
	} {
		if got := parseReceipt(text, nil); got != want {
			t.Errorf("%q: got %+v", text, got)
		}
	}
}

func TestAMessageEndsOnlyWhereTheCarrierKnowsIt(t *testing.T) {
	t.Parallel()
	for stat, want := range map[string]courier.State{
		"DELIVRD": courier.Delivered, "delivrd": courier.Delivered, "UNDELIV": courier.Undelivered, "EXPIRED": courier.Undelivered,
		"DELETED": courier.Undelivered, "REJECTD": courier.Undelivered, "ENROUTE": "", "ACCEPTD": "", "UNKNOWN": "", "": "",
	} {
		if got, ended := (receipt{stat: stat}).state(); got != want || ended != (want != "") {
			t.Errorf("%q: got %q, %v", stat, got, ended)
		}
	}
}

func TestAValidityPeriodIsRelativeAndBounded(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		15 * time.Minute: "000000001500000R", -time.Hour: "000000000001000R", 25*time.Hour + 61*time.Second: "000001010101000R",
		1000 * 24 * time.Hour: "000099000000000R",
	} {
		if got := relative(d); got != want {
			t.Errorf("%v: got %s", d, got)
		}
	}
}

func TestASourceIsANumberACodeOrAName(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]byte{"+491511": tonInternational, "77007": tonNetwork, "Jawort": tonAlphanumeric, "1Bank": tonAlphanumeric} {
		if ton, _, _ := sourceOf(source); ton != want {
			t.Errorf("%s: type of number %d", source, ton)
		}
	}
}

func TestNumbersBeginAgainAndPassOverThoseInUse(t *testing.T) {
	t.Parallel()
	s := newSession(nil, 0)
	s.sequence = maxSequence - 1
	s.waiting[1] = nil
	for _, want := range []uint32{maxSequence, 2, 3} {
		if got, _ := s.number(); got != want {
			t.Errorf("got %d, want %d", got, want)
		}
	}
}

func TestAFieldCannotBeginAnother(t *testing.T) {
	t.Parallel()
	if got := appendText(nil, "49\x0015"); !bytes.Equal(got, []byte("49\x00")) {
		t.Errorf("got %q", got)
	}
}

// seeds are PDUs as carriers send them.
var seeds = [][]byte{
	pdu{command: deliverSM, sequence: 1, body: deliverBody("id:1 sub:001 dlvrd:001 stat:DELIVRD err:000 text:x")}.bytes(),
	pdu{command: deliverSM, sequence: 1, body: append(deliverBody(""), 0x04, 0x24, 0, 9, 'i', 'd', ':', '1', ' ', 's', 't', 'a', 't')}.bytes(),
	pdu{command: deliverSM, sequence: 1, body: append(deliverBody("x"), 0x00, 0x1e, 0, 2, '1', 0, 0x04, 0x27, 0, 1, 2)}.bytes(),
	pdu{command: submitSMResp, sequence: 1, body: []byte("m1\x00")}.bytes(),
	pdu{command: bindTransceiverResp, sequence: 1, body: []byte("smsc\x00\x02\x10\x00\x01\x34")}.bytes(),
	[]byte("GET / HTTP/1.1\r\nHost: smsc\r\n\r\n"),
	{0, 0, 0, 15, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1},
}

func deliverBody(text string) []byte {
	b := []byte("\x00\x01\x01491511\x00\x05\x00Jawort\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00")
	return append(append(b, byte(len(text))), text...)
}

func FuzzPDUs(f *testing.F) {
	if len(seeds) < 5 {
		f.Fatal("there are no seeds")
	}
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		p, err := readPDU(bytes.NewReader(in))
		if err != nil {
			return
		}
		if again := p.bytes(); !bytes.Equal(again, in[:len(again)]) {
			t.Errorf("% x was read as % x", in, again)
		}
		r, isReceipt, err := parseDeliver(p.body)
		if err == nil && isReceipt && r.reason() != courier.Word(r.reason()) {
			t.Errorf("a reason that is no word: %q", r.reason())
		}
		f := &fields{rest: p.body}
		for f.err == nil && len(f.rest) > 0 {
			f.text()
		}
	})
}

func TestTheSeedsAreReadAsWhatTheyAre(t *testing.T) {
	t.Parallel()
	for i, want := range []receipt{{"1", "DELIVRD", "000"}, {"1", "", ""}, {"1", "DELIVRD", ""}} {
		p, err := readPDU(bytes.NewReader(seeds[i]))
		if err != nil {
			t.Fatal(err)
		}
		if got, isReceipt, err := parseDeliver(p.body); err != nil || !isReceipt || got != want {
			t.Errorf("seed %d: got %+v, %v, %v", i, got, isReceipt, err)
		}
	}
}
