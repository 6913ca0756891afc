package tenancy

import (
	"net/http"

	"github.com/jawort/jawort/server/console"
)

// deletingGroupBody says what stands in the way of deleting a group.
type deletingGroupBody struct {
	Name, Action, Back string
	Accounts, Budgets  int
}

func (t Tenancy) deletingGroup(w http.ResponseWriter, v *console.Visit) error {
	g, err := t.groupOf(v)
	if err != nil {
		return err
	}
	accounts, budgets, err := t.Organisation.GroupUse(v.Context(), v.Tenant.ID, g.ID)
	if err != nil {
		return err
	}
	return v.Write(w, "deleting-group", deletingGroupBody{g.Name, v.URL.Path, groupURL(v, g), accounts, budgets})
}

func (t Tenancy) deleteGroup(w http.ResponseWriter, v *console.Visit) error {
	if err := t.Organisation.DeleteGroupBy(v.Context(), v.Actor(), v.Tenant.ID, v.PathValue("id")); err != nil {
		return unknown(err)
	}
	return v.Onward(w, v.Base()+"/groups?done=group-deleted")
}
