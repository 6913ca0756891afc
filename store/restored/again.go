package restored

import (
	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/operators"
	"github.com/jawort/jawort/store/organisation"
	"github.com/jawort/jawort/store/webhooks"
)

// again are the kinds of entries that tell of something which an end does not bring back: data of people to erase, what codes go to, what was
// configured, and what was registered.
var again = map[string]bool{
	domain.AccountErased: true, domain.DeviceErased: true,
	lasting.AccountPhoneChanged: true, lasting.AccountEmailChanged: true, lasting.AccountChanged: true, lasting.AccountCreated: true,
	lasting.TenantCreated: true, lasting.ApplicationCreated: true, lasting.KeyCreated: true,
	organisation.TenantChanged: true, organisation.ApplicationChanged: true, organisation.GroupCreated: true, organisation.GroupChanged: true, organisation.GroupDeleted: true,
	webhooks.Created: true, webhooks.Changed: true, webhooks.Rotated: true,
	operators.Invited: true, operators.RoleChanged: true, operators.PasskeyAdded: true, operators.PasskeyRemoved: true,
	ledger.SettingsChanged: true, lasting.DeviceEnrolled: true, factors.MethodActivated: true, factors.RecoveryRenewed: true,
}
