package webhook

import "slices"

// Type is a kind of event that endpoints can be told. The name is stable, and a fact that it has it keeps.
type Type struct {
	Name    string
	Doc     string
	Subject string   // what data calls the id of what it happened to; empty: it is told by application and account
	Facts   []string // further members of data, in the words of the event; nothing else is passed on
}

// Ping is the type of the event that an administrator has sent to try an endpoint.
const Ping = "ping"

// Disabled is the type of the event that an endpoint is told nothing more until somebody enables it again.
const Disabled = "webhook.disabled"

// Types are all types, in the order of the documentation. Application and account are in data wherever the event has them.
var Types = []Type{
	{"approval.approved", "An approval was confirmed; ask for it to complete the login.", "approval", []string{"kind", "method", "device", "passkey"}},
	{"approval.denied", "An approval was denied by the account's devices.", "approval", []string{"kind", "device"}},
	{"approval.reported", "Somebody reported an approval as fraud.", "approval", []string{"kind", "device"}},
	{"approval.expired", "Nobody answered an approval in time.", "approval", []string{"kind"}},
	{"approval.cancelled", "The login service took an approval back.", "approval", []string{"kind"}},
	{"approval.superseded", "A newer login of the same browser session took an approval's place.", "approval", []string{"kind"}},
	{"approval.late_report", "Somebody reported an approval after its end: it may have let the wrong one in.", "approval", []string{"kind", "device"}},
	{"device.enrolled", "A phone was registered for the account.", "device", []string{"platform", "authority", "enrolment", "replaces"}},
	{"device.revoked", "A phone of the account decides nothing any more.", "device", []string{"reason"}},
	{"device.left", "A phone of the account decides nothing any more: its holder ended that.", "device", nil},
	{"device.disabled", "A phone of the account decides nothing any more: too many wrong numbers.", "device", []string{"reason"}},
	{"method.activated", "The account can be confirmed by one more method.", "", []string{"method", "passkey"}},
	{"method.disabled", "The account cannot be confirmed by a method any more.", "", []string{"method", "reason"}},
	{"account.changed", "Something about the account was changed; the names of what are listed.", "", []string{"changed"}},
	{"account.reset", "Support reset the account: its phones and other methods confirm nothing any more.", "", nil},
	{"browser.suspected", "The token of a trusted browser came from another browser or country; it may be stolen.", "browser", []string{"reason", "approval"}},
	{"message.failed", "A message will not come: its carrier or mail server refused it, or could not deliver it.", "message", []string{"approval", "channel", "reason"}},
	{"budget.warned", "Most of a budget for SMS is spent.", "budget", budget},
	{"budget.stopped", "A budget for SMS is spent; no more codes are sent on it but to who has no other method.", "budget", budget},
	{"budget.alarm", "A spent budget locks out, from `until` on, whoever has no method but SMS.", "budget", append([]string{"until"}, budget...)},
	{"sms.limited", "An account that has no method but SMS gets no code until `until`: so many were sent that a `limit` is reached. Told once a day and account.", "", []string{"limit", "until"}},
	{"recovery.announced", "Somebody wants to move the account to a new phone without the old one; it can be stopped until then.", "recovery", []string{"opens_at"}},
	{"recovery.stopped", "Nobody gets a phone by this recovery any more.", "recovery", nil},
	{Disabled, "One of the tenant's endpoints is told nothing more.", "webhook", []string{"reason"}},
	{Ping, "An administrator tries the endpoint. Sent to that endpoint only, whatever it asked for.", "webhook", nil},
}

var budget = []string{"scope", "period", "country", "currency", "limit", "spent", "percent"}

// typeOf returns the type with this name.
func typeOf(name string) (Type, bool) {
	i := slices.IndexFunc(Types, func(t Type) bool { return t.Name == name })
	if i < 0 {
		return Type{}, false
	}
	return Types[i], true
}

// Known reports whether endpoints are told events of this kind at all.
func Known(kind string) bool {
	_, ok := typeOf(kind)
	return ok
}
