package methods

import (
	"net/http"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/factors"
)

type recoveryCodes struct {
	Codes []string `json:"codes"`
}

// renewRecoveryCodes shows ten codes, this once.
func (s Methods) renewRecoveryCodes(w http.ResponseWriter, r *http.Request) error {
	owner, err := s.of(r)
	if err != nil {
		return err
	}
	if err := given(guard.CallerOf(r.Context()).Application, owner, approval.MethodRecovery); err != nil {
		return err
	}
	codes, err := s.Store.NewRecoveryCodes(r.Context(), owner.Account.ID, ways(r, owner), guard.ActorOf(r.Context()))
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusCreated, recoveryCodes{codes})
}

type bypassBody struct {
	Reason    string `json:"reason"`
	ExpiresIn int    `json:"expires_in"` // seconds
	Uses      *int   `json:"uses"`       // default: 1
}

// Validate refuses what is out of bounds.
func (b bypassBody) Validate() error {
	if b.ExpiresIn < 0 || b.ExpiresIn > int(factor.MaxBypassLife/time.Second) {
		return refusal.Field("expires_in", "must be 60 to 86400 seconds")
	}
	return b.bypass().Validate()
}

func (b bypassBody) bypass() factor.Bypass {
	uses := 1
	if b.Uses != nil {
		uses = *b.Uses
	}
	return factor.Bypass{Reason: b.Reason, Life: time.Duration(b.ExpiresIn) * time.Second, Uses: uses}
}

type bypassView struct {
	ID        string    `json:"id"`
	Code      string    `json:"code"`
	Uses      int       `json:"uses"`
	ExpiresAt time.Time `json:"expires_at"`
}

// addBypass shows a code for support to hand out, this once.
func (s Methods) addBypass(w http.ResponseWriter, r *http.Request) error {
	body, err := edge.Decode[bypassBody](r)
	if err != nil {
		return err
	}
	b, err := s.HandOut(r, r.PathValue("external_id"), body.bypass())
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusCreated, bypassView{b.ID, b.Code, b.Uses, b.ExpiresAt.UTC()})
}

// HandOut makes a bypass code for an account of the caller's tenant, where policy lets it use one.
func (s Methods) HandOut(r *http.Request, externalID string, b factor.Bypass) (factors.Bypass, error) {
	owner, err := s.ofPerson(r, externalID)
	if err != nil {
		return factors.Bypass{}, err
	}
	if err := given(guard.CallerOf(r.Context()).Application, owner, approval.MethodBypass); err != nil {
		return factors.Bypass{}, err
	}
	return s.Store.AddBypass(r.Context(), owner.Account.ID, b, guard.ActorOf(r.Context()))
}
