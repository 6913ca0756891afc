package factor_test

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/refusal"
)

// rfcKey is the secret of RFC 6238, appendix B, for SHA-1.
var rfcKey = []byte("12345678901234567890")

func parsedKey(t *testing.T, b []byte) factor.TOTPKey {
	t.Helper()
	key, err := factor.ParseTOTPKey(b)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newKey(t *testing.T) factor.TOTPKey {
	t.Helper()
	key, err := factor.NewTOTPKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// The appendix has eight digits; six are the last six of them.
func TestTheVectorsOfRFC6238Match(t *testing.T) {
	t.Parallel()
	key := parsedKey(t, rfcKey)
	vectors := map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	}
	for seconds, code := range vectors {
		step, ok, err := key.Match(code[2:], time.Unix(seconds, 0), 0)
		if err != nil || !ok || step != seconds/30 {
			t.Errorf("%s at %d = step %d, %v, %v", code[2:], seconds, step, ok, err)
		}
	}
}

// oathtool is an implementation that shares nothing with ours.
func oathtool(t *testing.T, key factor.TOTPKey, at time.Time) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "oathtool", "--totp", "--now", at.UTC().Format("2006-01-02 15:04:05 UTC"),
		hex.EncodeToString(key.Bytes())).CombinedOutput()
	if err != nil {
		t.Fatalf("oathtool: %v: %s", err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestCodesOfOathtoolMatchWithinTheSkewOnly(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_900_000_015, 0)
	for skew := range factor.MaxSkew + 1 {
		key := newKey(t)
		for off := -3; off <= 3; off++ {
			at := now.Add(time.Duration(off) * factor.TOTPPeriod)
			step, ok, err := key.Match(oathtool(t, key, at), now, skew)
			if err != nil {
				t.Fatal(err)
			}
			within := off >= -skew && off <= skew
			if ok != within || (ok && step != factor.Step(at)) {
				t.Errorf("skew %d, clock off by %d steps: step %d, %v", skew, off, step-factor.Step(now), ok)
			}
		}
	}
}

func TestASkewBeyondTwoStepsIsTwo(t *testing.T) {
	t.Parallel()
	key, now := newKey(t), time.Unix(1_900_000_015, 0)
	if _, ok, _ := key.Match(oathtool(t, key, now.Add(90*time.Second)), now, 50); ok {
		t.Error("a code three steps ahead matched")
	}
	if _, ok, _ := key.Match(oathtool(t, key, now.Add(30*time.Second)), now, -1); ok {
		t.Error("a negative skew took a code of the next step")
	}
}

func TestTheURLSaysAllThatAnAppNeeds(t *testing.T) {
	t.Parallel()
	key := parsedKey(t, rfcKey)
	text, err := key.URL("Musterbank: Köln", "Depot 4711 & Co")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Musterbank Köln:Depot 4711 & Co" {
		t.Errorf("URL is %s", u)
	}
	want := url.Values{"secret": {"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}, "issuer": {"Musterbank Köln"}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	if got := u.Query(); got.Encode() != want.Encode() {
		t.Errorf("query is %v, want %v", got, want)
	}
	if strings.Contains(u.RawQuery, "+") {
		t.Error("blanks are written as +, which apps show as they are")
	}
	if key.Text() != "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ" {
		t.Errorf("text is %q", key.Text())
	}
}

func TestTheURLOfTheLongestNamesFitsAQRCode(t *testing.T) {
	t.Parallel()
	text, err := newKey(t).URL(strings.Repeat("€", 85), strings.Repeat("€", 85))
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 1600 {
		t.Errorf("URL has %d characters", len(text))
	}
}

func TestAKeyShowsNothingOfItselfWhenPrinted(t *testing.T) {
	t.Parallel()
	key := parsedKey(t, rfcKey)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
		if shown := fmt.Sprintf(format, key); strings.Contains(shown, "1234") || strings.Contains(shown, "49 50") || strings.Contains(shown, "3132") {
			t.Errorf("%s shows %s", format, shown)
		}
	}
}

func TestWhatIsNoKeyOrCodeIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := factor.ParseTOTPKey([]byte("short")); err == nil {
		t.Error("a short key was taken")
	}
	if _, err := factor.NewTOTPKey(bytes.NewReader(make([]byte, 19))); err == nil {
		t.Error("a key was made of too little randomness")
	}
	var refused *refusal.Error
	if _, _, err := parsedKey(t, rfcKey).Match("12345x", time.Unix(59, 0), 1); !errors.As(err, &refused) {
		t.Errorf("Match = %v, want a refusal", err)
	}
}
