// Package restored ends in a restored database what had ended after its backup, as an export of its audit log tells that was taken
// later and kept elsewhere. It knows what entries mean, and not how a database is restored.
package restored

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/operators"
	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/store/webhooks"
	"github.com/jawort/jawort/webhook"
)

// ErrElsewhere is returned for an export of a log that does not begin as that of the database does.
var ErrElsewhere = errors.New("restored: the export tells of another history than the database")

// Store is a restored database that nobody serves yet.
type Store struct {
	Lasting  *lasting.Store
	Log      *audit.Store
	Webhooks *webhooks.Store
}

// Report is what an export told.
type Report struct {
	Tenant string         `json:"tenant"`
	Lost   int64          `json:"lost"`  // entries that the database does not have
	Ended  map[string]int `json:"ended"` // of those, what ended, by the kind of the entry
	Again  []Again        `json:"again"` // of those, what somebody has to do again
}

// Again is something that has to be done again.
type Again struct {
	Kind    string    `json:"kind"`
	Account string    `json:"account,omitempty"` // the login number, where the account is there
	Subject string    `json:"subject"`
	Time    time.Time `json:"time"`
}

// End verifies an export, which the published keys must have signed, and then ends what it says had ended. Repeating it changes nothing,
// also after the database is served again: what was registered since stays.
func (s *Store) End(ctx context.Context, export io.Reader, published jose.JSONWebKeySet) (Report, error) {
	lost, log, err := s.lost(ctx, export, published)
	if err != nil {
		return Report{}, err
	}
	r := Report{Tenant: log.Tenant, Lost: int64(len(lost)), Ended: map[string]int{}, Again: []Again{}}
	for _, e := range lost {
		if err := s.take(ctx, e, &r); err != nil {
			return r, fmt.Errorf("restored: entry %d: %w", e.Sequence, err)
		}
	}
	return r, nil
}

// lost returns the entries behind the last one that the database has too.
func (s *Store) lost(ctx context.Context, export io.Reader, published jose.JSONWebKeySet) ([]domain.Entry, domain.Report, error) {
	var lost []domain.Entry
	log, err := domain.Entries(export, published, func(e domain.Entry) error {
		if len(lost) == 0 {
			if there, err := s.Log.Holds(ctx, e); there || err != nil {
				return err
			}
		}
		lost = append(lost, e)
		return nil
	})
	if err != nil || len(lost) == 0 || lost[0].Sequence > 1 {
		return lost, log, err
	}
	if chain, err := s.Log.Chain(ctx, log.Tenant); err != nil || chain.Sequence > 0 {
		return nil, log, errors.Join(err, ErrElsewhere)
	}
	return lost, log, nil
}

func (s *Store) take(ctx context.Context, e domain.Entry, r *Report) error {
	ended, err := s.end(ctx, e)
	switch {
	case isUnknown(err):
	case err != nil:
		return err
	case ended:
		r.Ended[e.Kind]++
	}
	if !again[e.Kind] {
		return nil
	}
	login, err := s.Lasting.Login(ctx, e.Account)
	if err != nil && !isUnknown(err) {
		return err
	}
	r.Again = append(r.Again, Again{Kind: e.Kind, Account: login, Subject: e.Subject, Time: e.Time})
	return nil
}

// isUnknown holds for what came after the backup and is gone by itself.
func isUnknown(err error) bool {
	return errors.Is(err, account.ErrUnknownAccount) || errors.Is(err, account.ErrUnknownDevice) || errors.Is(err, webhook.ErrUnknown) || errors.Is(err, operator.ErrUnknown) || errors.Is(err, db.ErrNotFound)
}

// end ends what the entry says had ended, and reports whether it says so.
func (s *Store) end(ctx context.Context, e domain.Entry) (bool, error) {
	later := factors.Later{DB: s.Lasting.DB}
	switch e.Kind {
	case lasting.TenantRevoked:
		return true, s.Lasting.RevokeTenant(ctx, e.Subject)
	case lasting.ApplicationRevoked:
		return true, s.Lasting.RevokeApplication(ctx, e.Subject)
	case lasting.KeyRevoked:
		return true, s.Lasting.RevokeKey(ctx, e.Subject)
	case operators.Ended:
		return true, (&operators.Store{DB: s.Lasting.DB}).End(ctx, e.Subject, outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"})
	case webhooks.Deleted:
		return true, s.Webhooks.Delete(ctx, e.Tenant, e.Subject, outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"})
	case lasting.DeviceRevoked, lasting.DeviceLeft, lasting.DeviceDisabled, domain.DeviceErased:
		return true, s.Lasting.EndDevice(ctx, e.Account, e.Subject)
	case lasting.AccountDeleted, domain.AccountErased:
		return true, s.Lasting.EndAccount(ctx, e.Account)
	case lasting.AccountReset:
		return true, s.Lasting.ResetUntil(ctx, e.Account, e.Time, factors.ResetUntil(e.Time))
	case factors.MethodRemoved, factors.MethodDisabled, approved:
		return s.endMethod(ctx, later, e)
	case factors.RecoveryRenewed:
		return true, later.EndMethod(ctx, e.Account, approval.MethodRecovery, e.Time.Add(-db.MaxTransaction)) // not the list of this very entry
	}
	return false, nil
}

const approved = "approval." + string(approval.StatusApproved)

func (s *Store) endMethod(ctx context.Context, later factors.Later, e domain.Entry) (bool, error) {
	var of struct {
		Method  approval.Method `json:"method"`
		Passkey string          `json:"passkey"`
	}
	if err := json.Unmarshal(e.Data, &of); err != nil {
		return false, err
	}
	switch {
	case e.Kind == factors.MethodDisabled:
		return true, later.DisableMethod(ctx, e.Account, of.Method, e.Time)
	case e.Kind == factors.MethodRemoved && of.Passkey != "":
		return true, later.EndPasskey(ctx, e.Account, of.Passkey)
	case e.Kind == factors.MethodRemoved:
		return true, later.EndMethod(ctx, e.Account, of.Method, e.Time)
	case of.Method != approval.MethodRecovery:
		return false, nil
	}
	// Which of the codes was used nobody knows: none of them may be used again.
	lost, err := s.Lasting.Lost(ctx, e.Subject)
	if err != nil || !lost {
		return false, err
	}
	return true, later.EndMethod(ctx, e.Account, approval.MethodRecovery, e.Time)
}
