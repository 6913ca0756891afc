package enrolling

import (
	"bytes"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/server/qr"
)

// view is what is told of an enrolment. The link is in it as long as it is out.
type view struct {
	ID        string                  `json:"id"`
	Status    account.EnrolmentStatus `json:"status"`
	Account   string                  `json:"account"`
	ExpiresAt time.Time               `json:"expires_at"`
	Link      string                  `json:"link,omitempty"`
	QR        string                  `json:"qr,omitempty"`
	Code      approval.Method         `json:"code,omitempty"` // how the code comes that the phone will ask for; empty: it asks for none
	Approval  *question               `json:"approval,omitempty"`
	Device    *device                 `json:"device,omitempty"`
}

type device struct {
	ID       string `json:"id"`
	Label    string `json:"label"`
	Holder   string `json:"holder"`
	Platform string `json:"platform"`
}

func (e Enrolling) shown(made account.Enrolment, d *account.Device) (view, error) {
	v := view{ID: made.ID, Status: made.Status, Account: made.ExternalID, ExpiresAt: made.ExpiresAt.UTC(), Code: made.Proof.Method}
	if d != nil {
		v.Device = &device{ID: d.ID, Label: d.Label, Holder: d.Holder, Platform: d.Posture.Platform}
	}
	if made.Status != account.EnrolmentOpen {
		return v, nil
	}
	code, err := e.code(made)
	if err != nil || code == "" {
		return v, err
	}
	v.Link = strings.TrimSuffix(e.EnrolURL, "/") + "/enrol#" + code
	v.QR, err = qr.DataURI(v.Link)
	return v, err
}

// code derives the code of a link, which nobody else can; empty where the key that it was made with is gone.
func (e Enrolling) code(made account.Enrolment) (string, error) {
	tags, err := e.Questions.Keys.MACs(keys.EnrolmentCode, []byte(made.ID))
	if err != nil {
		return "", err
	}
	for _, tag := range tags { // one of an earlier key, where that was exchanged while the link is out
		if code := account.EnrolmentCode(tag); bytes.Equal(account.HashCode(code), made.CodeHash) {
			return code, nil
		}
	}
	return "", nil
}

// hash is what is kept of the code of a link that is going out.
func (e Enrolling) hash(enrolment string) ([]byte, error) {
	tag, err := e.Questions.Keys.MAC(keys.EnrolmentCode, []byte(enrolment))
	if err != nil {
		return nil, err
	}
	return account.HashCode(account.EnrolmentCode(tag)), nil
}
