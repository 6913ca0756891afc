package id_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/jawort/jawort/id"
)

func FuzzValid(f *testing.F) {
	for _, seed := range []string{"dev_aaaaaaaaaaaaaaaaaaaaaaaaaa", "dev_", "", "enr_aaaaaaaaaaaaaaaaaaaaaaaaaa", "dev_AAAAAAAAAAAAAAAAAAAAAAAAAA", "dev_aaaaaaaaaaaaaaaaaaaaaaaa\r\n", "dev_aaaaaaaaaaaaaaaaaaaaaaaaa=", "dev_aaaaaaaaaaaaaaaaaaaaaaa\xffa=", "dev_1aaaaaaaaaaaaaaaaaaaaaaaaa"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if id.Valid(id.Device, s) && (len(s) != 30 || strings.Trim(s[4:], "abcdefghijklmnopqrstuvwxyz234567") != "") {
			t.Errorf("%q is an id", s)
		}
		if made, err := id.New(bytes.NewReader([]byte(s+strings.Repeat("x", 16))), id.Device); err != nil || !id.Valid(id.Device, made) {
			t.Errorf("%q is made, but no id (%v)", made, err)
		}
	})
}
