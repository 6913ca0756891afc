package ledger_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/jawort/jawort/ledger"
)

func TestAnAmountIsReadAndWrittenExactly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		amount  ledger.Amount
		written string
	}{
		"0.10": {1000, "0.10"}, "0.1": {1000, "0.10"}, "0": {0, "0.00"}, "12": {120000, "12.00"}, "0.0755": {755, "0.0755"},
		"0.075": {750, "0.075"}, "0.0001": {1, "0.0001"}, "999999999": {9999999990000, "999999999.00"},
	} {
		got, err := ledger.ParseAmount(text)
		if err != nil || got != want.amount || got.String() != want.written {
			t.Errorf("%q is %d, written %s (%v); want %d, %s", text, got, got, err, want.amount, want.written)
		}
	}
	if got := ledger.Amount(-1005000).String(); got != "-100.50" {
		t.Errorf("a negative amount is written %s", got)
	}
}

func TestEveryAmountIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	for range 10_000 {
		a := ledger.Amount(rand.Int64N(int64(ledger.MaxAmount)))
		if got, err := ledger.ParseAmount(a.String()); err != nil || got != a {
			t.Fatalf("%d was written %s and read %d, %v", a, a, got, err)
		}
	}
}

func TestWhatIsNoAmountIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", ".", "1.", ".5", "-1", "+1", "1,5", "1e3", "0x1", "1.23456", "1 ", "1000000000", "999999999.0001", "١", "1.0.0", "NaN"} {
		if got, err := ledger.ParseAmount(text); err == nil {
			t.Errorf("%q was read as %s", text, got)
		}
	}
}

func FuzzAnAmountThatIsReadIsWrittenWithTheSameValue(f *testing.F) {
	for _, seed := range []string{"0.10", "12", "0.0755", "1.", "-1", "999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ledger.ParseAmount(text)
		if err != nil {
			return
		}
		if again, err := ledger.ParseAmount(a.String()); err != nil || again != a || a < 0 || a > ledger.MaxAmount {
			t.Errorf("%q is %d, written %s, read %d (%v)", text, a, a, again, err)
		}
	})
}

func TestAnAmountIsATextInJSONAndYAML(t *testing.T) {
	t.Parallel()
	price := ledger.PriceBook{"+49": 1000}
	j, err := json.Marshal(price)
	if err != nil || string(j) != `{"+49":"0.10"}` {
		t.Errorf("JSON is %s, %v", j, err)
	}
	y, err := yaml.Marshal(price)
	if err != nil || string(y) != "\"+49\": \"0.10\"\n" && string(y) != "+49: \"0.10\"\n" {
		t.Errorf("YAML is %s, %v", y, err)
	}
	var read ledger.PriceBook
	if err := yaml.Unmarshal([]byte("+49: 0.10\n'+43': \"0.08\""), &read); err != nil || read["+49"] != 1000 || read["+43"] != 800 {
		t.Errorf("from YAML, with and without quotes: %v, %v", read, err)
	}
}
