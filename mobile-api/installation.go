package mobileapi

import (
	"context"
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
)

// installationStore keeps what an installation says about itself.
type installationStore interface {
	UpdatePosture(ctx context.Context, installation string, p account.Posture) error
	PutAddress(ctx context.Context, installation string, sealed []byte) error
}

// installation takes the push address, once for all devices of the phone, and the phone's posture.
type installation struct {
	lasting      installationStore
	addresses    addresses
	requirements account.Requirements
}

func (i installation) mount(m *edge.Mux, g guards) {
	m.Handle("PUT /v1/installation/push", g.installation, i.putPush)
	m.Handle("PATCH /v1/installation", g.installation, i.patch)
}

func (i installation) putPush(w http.ResponseWriter, r *http.Request) error {
	address, err := edge.DecodeLenient[account.PushAddress](r)
	if err != nil {
		return err
	}
	sealed, err := i.addresses.seal(address)
	if err != nil {
		return err
	}
	if err := i.lasting.PutAddress(r.Context(), installationOf(r).ID, sealed); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// posturePatch holds what may change on a phone; the platform may not.
type posturePatch struct {
	OSVersion     *string `json:"os_version"`
	Model         *string `json:"model"`
	Language      *string `json:"language"`
	ScreenLock    *bool   `json:"screen_lock"`
	Notifications *bool   `json:"notifications"`
}

func (c posturePatch) apply(p account.Posture) account.Posture {
	set(&p.OSVersion, c.OSVersion)
	set(&p.Model, c.Model)
	set(&p.Language, c.Language)
	set(&p.ScreenLock, c.ScreenLock)
	set(&p.Notifications, c.Notifications)
	return p
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

type postureAnswer struct {
	account.Posture
	Lacks []string `json:"lacks"`
}

// patch keeps the posture also where the phone is no longer fit, and says what it lacks: refusing would only
// keep us from knowing.
func (i installation) patch(w http.ResponseWriter, r *http.Request) error {
	change, err := edge.DecodeLenient[posturePatch](r)
	if err != nil {
		return err
	}
	posture := change.apply(installationOf(r).Posture)
	if err := posture.Validate(); err != nil {
		return err
	}
	if err := i.lasting.UpdatePosture(r.Context(), installationOf(r).ID, posture); err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, postureAnswer{Posture: posture, Lacks: codes(i.requirements, posture)})
}
