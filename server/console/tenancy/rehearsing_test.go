package tenancy

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/policy"
)

func TestTheLoginsOfATenantAreJudgedOnceAtATime(t *testing.T) {
	t.Parallel()
	begun, end := make(chan bool), make(chan bool)
	s := Tenancy{rehearsing: &console.Busy{}, Rehearse: func(context.Context, map[string]account.GroupPolicy, map[string]account.ApplicationPolicy) (policy.Rehearsed, error) {
		begun <- true
		<-end
		return policy.Rehearsed{}, nil
	}}
	plan := organisation.Plan{Groups: []organisation.Step[account.Group]{{Name: "Customers", Before: &account.Group{Name: "Customers"}}}}
	try := func(tenant string) error {
		v := &console.Visit{Request: httptest.NewRequest(http.MethodPost, "/", nil), Tenant: account.Tenant{ID: tenant}}
		return s.rehearse(v, plan, &outlook{})
	}
	var all sync.WaitGroup
	for _, tenant := range []string{"ten_a", "ten_b"} { // the one does not wait for the other
		all.Go(func() {
			if err := try(tenant); err != nil {
				t.Error(err)
			}
		})
		<-begun
	}
	if err := try("ten_a"); !errors.Is(err, errRehearsing) {
		t.Errorf("a second time at once: %v", err)
	}
	close(end)
	all.Wait()
	go func() { <-begun }()
	if err := try("ten_a"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
