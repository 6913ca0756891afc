package pages_test

import (
	"errors"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/pages"
)

func at(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func refused(err error) bool {
	r := (*refusal.Error)(nil)
	return errors.As(err, &r) && r.Class == refusal.Invalid
}

func TestAListThatFitsOnOnePageLeadsNowhere(t *testing.T) {
	found, p := pages.Paged(at(t, "/list?q=a"), []string{"a", "b"}, 2, func(s string) string { return s })
	if len(found) != 2 || p != (pages.Pager{}) {
		t.Errorf("%v leads to %+v", found, p)
	}
}

func TestAPageLeadsToTheNextAndTheFirstWithWhatWasLookedFor(t *testing.T) {
	found, p := pages.Paged(at(t, "/list?q=a%26b&after=0&done=saved"), []string{"a", "b", "c"}, 2, func(s string) string { return s })
	if want := (pages.Pager{Next: "/list?after=b&q=a%26b", First: "/list?q=a%26b"}); !slices.Equal(found, []string{"a", "b"}) || p != want {
		t.Errorf("%v leads to %+v, want %+v", found, p, want)
	}
}

func TestACursorIsReadAsItWasWritten(t *testing.T) {
	for _, parts := range [][]string{{"4711"}, {"app_1", ""}, {"app_1", `a.b.c & "ü" <script> ?x=1#y +%00`}, {"EUR", "acc_1", "", "a.b"}} {
		_, p := pages.Paged(at(t, "/list"), []int{1, 2}, 1, func(int) string { return pages.Cursor(parts...) })
		got, err := pages.ReadCursor(at(t, p.Next), len(parts))
		if err != nil || !slices.Equal(got, parts) {
			t.Errorf("%q came back as %q, %v", parts, got, err)
		}
	}
	moment := time.UnixMicro(1764181234567891)
	when, id, err := pages.ReadCursorAt(at(t, "/list?after="+pages.CursorAt(moment, "key_1")))
	if err != nil || !when.Equal(moment) || id != "key_1" {
		t.Errorf("the moment came back as %v, %s, %v", when, id, err)
	}
	if when, id, err := pages.ReadCursorAt(at(t, "/list")); err != nil || !when.IsZero() || id != "" {
		t.Errorf("the first page begins at %v, %s, %v", when, id, err)
	}
}

func TestACursorThatNoPageWroteIsRefused(t *testing.T) {
	for _, after := range []string{"x", "%00.x", "a.%ff"} {
		if got, err := pages.ReadCursor(at(t, "/list?after="+after), 2); !refused(err) {
			t.Errorf("%s is read as %q, %v", after, got, err)
		}
	}
	for _, after := range []string{"x.key_1", "0.key_1", "-1.key_1", ".key_1", ".", "99999999999999999999.key_1", "1e3.key_1"} {
		if _, _, err := pages.ReadCursorAt(at(t, "/list?after="+after)); !refused(err) {
			t.Errorf("%s: %v", after, err)
		}
	}
}
