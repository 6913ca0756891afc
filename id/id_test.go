package id_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/jawort/jawort/id"
)

func TestAnIDHasItsPrefixAnd128BitsInAtMost32Characters(t *testing.T) {
	t.Parallel()
	s, err := id.New(rand.Reader, id.Device)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(s, "dev_") || len(s) > 32 || !id.Valid(id.Device, s) {
		t.Errorf("id %q", s)
	}
	for _, wrong := range []string{"", "dev_", s + "a", s[:len(s)-1], strings.ToUpper(s), "app_" + s[4:], s[:10] + "/" + s[11:]} {
		if id.Valid(id.Device, wrong) {
			t.Errorf("%q is taken for an id", wrong)
		}
	}
	if _, err := id.New(strings.NewReader("x"), id.Device); err == nil {
		t.Error("an id was made without enough randomness")
	}
}
