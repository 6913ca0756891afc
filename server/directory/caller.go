package directory

import (
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// operatorHeader names the person at support on whose word the login service acts.
const operatorHeader = "Jawort-Operator"

const maxOperator = 128 // bytes

// callerOf says to whom a change is due: the API key, and the person that the login service names. The name is personal
// data, so it goes beside what is recorded for ever.
func callerOf(r *http.Request) (lasting.By, error) {
	by := lasting.By{Application: guard.CallerOf(r.Context()).Application.ID, Actor: guard.ActorOf(r.Context()), Operator: r.Header.Get(operatorHeader)}
	if by.Operator == "" {
		return by, nil
	}
	if len(by.Operator) > maxOperator {
		return by, refusal.Field(operatorHeader, "at most 128 bytes")
	}
	by.Actor.Kind = outbox.ByOperator
	return by, approval.CheckText(operatorHeader, by.Operator)
}

// pathAccount returns the login number in the path, fit to be stored.
func pathAccount(r *http.Request) (string, error) {
	externalID := r.PathValue("external_id")
	return externalID, account.ValidateExternalID(externalID)
}
