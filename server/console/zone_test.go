package console_test

import (
	"net/http"
	"testing"

	"github.com/jawort/jawort/operator"
)

func TestTimesOutsideATenantNameUTCAndThoseOfATenantAreInItsZone(t *testing.T) {
	h := newHouse(t)
	ada := h.In(operator.Administrator, "")
	h.Invite("Bo", operator.Support, "")
	for _, path := range []string{"/console/passkeys", "/console/operators", "/console/operators/" + ada.Operator.ID} {
		ada.Get(path, "Accept-Language", "de").Want(http.StatusOK).Says(" Uhr (UTC)")
	}
	s := h.NewService("Verlag Süd")
	at := "/console/tenants/" + s.Tenant.ID + "/applications/" + s.App.ID
	ada.Get(at, "Accept-Language", "de").Want(http.StatusOK).Says(" Uhr (UTC)")
	h.SQL(`UPDATE tenants SET policy = '{"time_zone":"Europe/Berlin"}' WHERE id = $1`, s.Tenant.ID)
	ada.Get(at, "Accept-Language", "de").Want(http.StatusOK).Says(" Uhr").Silent("(UTC)")
}
