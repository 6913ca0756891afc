package portal_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
)

const script = `<script>alert(1)</script>`

func TestOlderLoginsAreOnFurtherPages(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	for range 22 {
		h.signIn(anna)
		h.pass(time.Second)
	}
	h.sql(`UPDATE outcomes SET decided_at = (SELECT MAX(decided_at) FROM outcomes)`) // at the same moment: nothing but the ids tells them apart
	b := h.in()
	all := b.Walk("/portal/logins", `href="/portal/logins/([^"?]+)"`, nil)
	slices.Sort(all)
	if n := len(slices.Compact(slices.Clone(all))); n != 22 || len(all) != 22 {
		t.Errorf("%d logins were listed, %d of them distinct", len(all), n)
	}
	for _, after := range []string{"x", "1", "x.apr_1", "%00"} {
		b.Get("/portal/logins?after=" + after).Want(http.StatusUnprocessableEntity).Says("The list does not go on from here.")
	}
}

func TestManyTrustedBrowsersAreReadPageByPage(t *testing.T) {
	h := newHouse(t)
	h.policy(account.GroupPolicy{Interval: account.Interval{Max: 7, Default: 7}})
	h.signIn(h.phone("Anna"))
	var want []string
	for i := range 59 {
		id := fmt.Sprintf("tbr_%02d", i)
		h.sql(`INSERT INTO trusted_browsers (id, hash, approval, account, application, device, method, acr, trusted_for, family, system, country, lineage, remembered, confirmed_at, expires_at, asked_at)
			SELECT $1, CAST($1 AS BLOB), $1, account, application, device, method, acr, trusted_for, $2, system, country, lineage, remembered, confirmed_at, expires_at, asked_at
			FROM trusted_browsers ORDER BY confirmed_at LIMIT 1`, id, script)
		want = append(want, id)
	}
	want = append(want, h.one(`SELECT id FROM trusted_browsers WHERE id NOT LIKE 'tbr\___' ESCAPE '\'`))
	slices.Sort(want)
	slices.Reverse(want)
	b := h.in()
	turns := 0
	got := b.Walk("/portal/browsers", `action="/portal/browsers/([^"]+)"`, func() {
		if turns++; turns == 1 {
			b.Post("/portal/browsers/"+want[19], nil).Want(http.StatusSeeOther) // the page ended with it
		}
	})
	if !slices.Equal(got, want) || turns != 2 {
		t.Errorf("%d browsers on %d pages: %q", len(got), turns+1, got)
	}
	if p := b.Get("/portal/browsers"); strings.Contains(p.Text, script) {
		t.Errorf("a name is no text: %s", p.Text)
	}
	b.Get("/portal/browsers?after=1.a").Want(http.StatusOK).Says("Back to the beginning", "Trust none of them").Silent("every browser asks")
	b.Get("/portal/browsers?after=x").Want(http.StatusUnprocessableEntity)
}

func TestManyPhonesOfASharedLoginAreReadPageByPage(t *testing.T) {
	h := newHouse(t)
	var want []string
	for i := range 42 {
		holder := fmt.Sprintf("Anna-%02d", i)
		h.phone(holder)
		want = append(want, h.device(holder))
	}
	h.sql(`UPDATE devices SET label = $1, holder = $1 || holder`, script)
	b := h.in()
	turns := 0
	got := b.Walk("/portal/devices", `href="/portal/devices/([^"/]+)"`, func() {
		if turns++; turns == 1 {
			h.sql(`UPDATE credentials SET status = 'revoked' WHERE device = $1`, want[19]) // the page ended with it
		}
	})
	if !slices.Equal(got, want) || turns != 2 {
		t.Errorf("%d phones on %d pages: %q", len(got), turns+1, got)
	}
	last := b.Get("/portal/devices?after=9999999999999999.a").Want(http.StatusOK).Says("Several people use this account", "Back to the beginning")
	if strings.Contains(last.Text, "<script>alert") {
		t.Error("a name is no text")
	}
	b.Get("/portal/devices?after=x").Want(http.StatusUnprocessableEntity)
}
