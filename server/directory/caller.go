package directory

import (
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/lasting"
)

// callerOf says to whom a change is due.
func callerOf(r *http.Request) lasting.By {
	return lasting.By{Application: guard.CallerOf(r.Context()).Application.ID, Actor: guard.ActorOf(r.Context())}
}

// pathAccount returns the login number in the path, fit to be stored.
func pathAccount(r *http.Request) (string, error) {
	externalID := r.PathValue("external_id")
	return externalID, account.ValidateExternalID(externalID)
}
