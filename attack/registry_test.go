package attack_test

// try is one way to make a call. Names in braces stand for ids: in the path by the kinds of a settled tenant that ids gives them, in
// query and body by the kinds themselves. What is only in query and body may also be left out, but for those that must be there.
type try struct {
	ids   []string // kinds of those in the path, in its order
	query []string // "group={group}"
	fixed string   // of the query, always: "limit=5"
	body  string
	must  []string // kinds in query or body that are never left out
}

var (
	anAccount  = []string{"account"}
	anApproval = []string{"approval"}
	theFirst   = []string{"first"} // login of an account, whose page may activate something
	aCode      = `{"code":"123456"}`
	aMail      = `{"method":"email"}`
	nothing    = `{"credential":{}}`
	whoAsks    = `"browser":{"ip":"203.0.113.9","user_agent":"Mozilla/5.0","session":"{session}","trust_token":"{trust}"}`
	listing    = []string{"group={group}", "manager={manager}", "application={application}", "after={account}", "prefix={account}", "q={account}"}
	letters    = []try{{body: `{"accounts":["{account}"]}`}, {body: `{"filter":{"group":"{group}","after":"{manager}","prefix":"{account}"}}`}}
)

// tries has every operation of both APIs, and for each place that can hold an id one that fills it. Operations without any are
// called to see that their answers hold nothing of anybody else.
var tries = map[string][]try{
	"createApproval":        {{body: `{"account":"{account}",` + whoAsks + `}`, must: anAccount}},
	"getApproval":           {{ids: anApproval}, {ids: []string{"ended"}}},
	"cancelApproval":        {{ids: anApproval}},
	"resendPush":            {{ids: anApproval}},
	"sendCode":              {{ids: anApproval, body: aMail}},
	"confirmByCode":         {{ids: anApproval, body: `{"method":"totp","code":"123456"}`}},
	"askForPasskey":         {{ids: anApproval}},
	"confirmByPasskey":      {{ids: anApproval, body: nothing}},
	"startFirstActivation":  {{ids: theFirst, body: aMail}},
	"finishFirstActivation": {{ids: theFirst, body: aCode}},
	"finishFirstPasskey":    {{ids: theFirst, body: nothing}},
	"getReceipt":            {{ids: []string{"ended"}}},
	"openSocket":            {{ids: anApproval}},
	"startFirstEnrolment":   {{ids: theFirst}},
	"getFirstEnrolment":     {{ids: []string{"first", "page enrolment"}}},
	"confirmFirstEnrolment": {{ids: []string{"first", "page enrolment"}, body: aCode}},
	"listAccounts":          {{query: listing[:5]}, {query: listing[5:]}, {query: listing[:1], fixed: "format=csv"}},
	"putAccount":            {{ids: anAccount, body: `{"group":"{group}","manager":"{manager}"}`}},
	"getAccount":            {{ids: anAccount}},
	"deleteAccount":         {{ids: anAccount}},
	"listManaged":           {{ids: []string{"manager"}, query: []string{"group={group}", "application={application}", "after={account}", "prefix={account}"}}, {ids: []string{"manager"}, query: listing[5:]}},
	"putManagedInterval":    {{ids: []string{"manager"}, body: `{"days":0,"group":"{group}"}`}},
	"putInterval":           {{ids: anAccount, body: `{"days":0}`}},
	"resetAccount":          {{ids: anAccount, body: `{"reason":"lost"}`}},
	"passwordChanged":       {{ids: anAccount}},
	"exportAccount":         {{ids: anAccount}},
	"eraseAccount":          {{ids: anAccount}},
	"inviteAccounts":        letters,
	"getInvitations":        {{query: []string{"group={group}", "after={account}"}}},
	"remindAccounts":        letters,
	"listDevices":           {{ids: anAccount}},
	"getDevice":             {{ids: []string{"account", "device"}}},
	"revokeDevice":          {{ids: []string{"account", "device"}}},
	"exportDevice":          {{ids: []string{"account", "device"}}},
	"eraseDevice":           {{ids: []string{"account", "device"}}},
	"explainPolicy":         {{body: `{"account":"{account}",` + whoAsks + `}`, must: anAccount}},
	"dryRunPolicy":          {{body: `{"groups":{"{group}":{"interval":{"min":0,"max":1,"default":0},"enforced_from":{"{application}":"2026-01-01"}}}}`}, {body: `{"applications":{"{application}":{}}}`}},
	"getUsage":              {{fixed: "quarter=2026-Q4", query: []string{"payer={manager}", "account={account}", "after={page}"}}},
	"closeQuarter":          {{body: `{"quarter":"2024-Q1"}`}},
	"getSMSSettings":        {{}},
	"putSMSSettings":        {{body: `{"prices":{"+49":"0.10"},"budgets":[{"scope":"group","subject":"{group id}","period":"month","limit":"50"}]}`}, {body: `{"prices":{"+49":"0.10"},"budgets":[{"scope":"application","subject":"{application id}","period":"month","limit":"50"}]}`}},
	"createWebhook":         {{body: `{"url":"http://127.0.0.1/","events":["budget.alarm"]}`}},
	"listWebhooks":          {{}},
	"getWebhook":            {{ids: []string{"webhook"}}},
	"changeWebhook":         {{ids: []string{"webhook"}, body: `{"enabled":false}`}},
	"deleteWebhook":         {{ids: []string{"webhook"}}},
	"rotateWebhookSecret":   {{ids: []string{"webhook"}}},
	"testWebhook":           {{ids: []string{"webhook"}}},
	"listWebhookDeliveries": {{ids: []string{"webhook"}, query: []string{"after={delivery}"}}},
	"retryWebhookDelivery":  {{ids: []string{"delivery"}}},
	"listBrowsers":          {{ids: anAccount}},
	"endBrowsers":           {{ids: anAccount}},
	"endBrowser":            {{ids: []string{"account", "browser"}}},
	"liftReports":           {{ids: anAccount}},
	"listMethods":           {{ids: anAccount}},
	"startActivation":       {{ids: anAccount, body: `{}`}},
	"removeMethod":          {{ids: anAccount}},
	"finishActivation":      {{ids: anAccount, body: aCode}},
	"startPasskey":          {{ids: anAccount}},
	"finishPasskey":         {{ids: anAccount, body: nothing}},
	"removePasskey":         {{ids: []string{"account", "passkey"}}},
	"renewRecoveryCodes":    {{ids: anAccount}},
	"addBypassCode":         {{ids: anAccount, body: `{"reason":"lost","expires_in":600}`}},
	"startEnrolment":        enrolments,
	"getEnrolment":          {{ids: []string{"enrolment"}}},
	"confirmEnrolment":      {{ids: []string{"enrolment"}, body: aCode}},
	"announceRecovery":      {{body: `{"account":"{account}","reason":"lost"}`, must: anAccount}},
	"getRecovery":           {{ids: []string{"recovery"}}},
	"stopRecovery":          {{ids: []string{"recovery"}}},
	"createPortalSession":   {{body: `{"account":"{account}","return_url":"https://login.example/"}`, must: anAccount}},
	"listAudit":             {{query: []string{"account={account}", "subject={device}"}}},
	"exportAudit":           {{}},
	"takeTwilioReceipt":     {{}}, // of the installation's carrier, who is no tenant's
	"getWaitingComponent":   {{}},
	"getReceiptKeys":        {{}},
	"getAssetLinks":         {{}},
	"getAppleAssociation":   {{}},
	"claimEnrolment":        {{body: `{"code":"none"}`}}, // a link's code is a right to claim, of whatever tenant
	"resendEnrolmentCode":   {{body: `{"enrolment":"{enrolment}"}`, must: []string{"enrolment"}}},
	"completeEnrolment":     {{must: []string{"enrolment"}, body: `{"enrolment":"{enrolment}","credential":{},"holder":"H","label":"L","installation":{"platform":"web","os_version":"1","screen_lock":true,"notifications":true}}`}},
	"listRecoveries":        {{}},
	"stopRecoveryByPhone":   {{ids: []string{"recovery"}}},
	"listNotices":           {{}},
	"readNotice":            {{ids: []string{"notice"}}},
	"listPending":           {{query: []string{"known={approval}"}}},
	"getPending":            {{ids: anApproval}},
	"decide":                {{ids: anApproval, body: `{"decision":"deny","credential":{}}`}},
	"putPushAddress":        {{body: `{"provider":"fcm","app":"project","token":"token"}`}},
	"renewToken":            {{}},
	"testPush":              {{}},
	"describeInstallation":  {{body: `{"model":"Desk"}`}},
	"listOwnDevices":        {{}},
	"renameDevice":          {{ids: []string{"device"}, body: `{"label":"Mine"}`}},
	"leaveDevice":           {{ids: []string{"device"}}},
}

var enrolments = []try{
	{body: `{"account":"{account}"}`, must: anAccount},
	{body: `{"account":"{account}","authorize":"device","replaces":"{device}",` + whoAsks + `}`, must: anAccount},
	{body: `{"account":"{account}","authorize":"manager","replaces":"{device}"}`, must: anAccount},
	{body: `{"account":"{account}","authorize":"operator","reason":"came in","helper":"{manager}","replaces":"{device}"}`, must: anAccount},
	{body: `{"account":"{account}","authorize":"approval","approval":"{ended}","replaces":"{device}"}`, must: anAccount},
	{body: `{"account":"{account}","authorize":"recovery","recovery":"{recovery}","replaces":"{device}"}`, must: anAccount},
}

// plain are places that hold no id: texts, figures, switches, secrets, and words of the file.
var plain = map[string]bool{}

func init() {
	for _, name := range []string{
		"listAudit ?after", // a number within the tenant's own log
		"?wait", "?known", "?limit", "?format", "?has", "?lacks", "?used", "?sms", "?interval", "?quarter", "?state", "?kind", "?since", "?until", "?order",
		"method", "code", "reason", "expires_in", "uses", "kind", "remember", "details[].label", "details[].value", "details[].role",
		"browser.ip", "browser.user_agent", "phone", "email", "label", "language", "interval", "sms", "days", "quarter", "url", "events[]",
		"description", "enabled", "user_agent", "return_url", "locale", "page", "credential", "authorize", "decision", "number", "holder", "os_version", "model", "screen_lock", "notifications",
		"installation.platform", "installation.os_version", "installation.model", "installation.language", "installation.screen_lock", "installation.notifications",
		"applications{}.confirmation_set", "applications{}.match.digits", "applications{}.match.kind", "applications{}.max_interval", "applications{}.methods[]",
		"applications{}.offline", "applications{}.preset", "applications{}.remember", "applications{}.totp_skew", "groups{}.activation.recommended",
		"groups{}.activation.required", "groups{}.deny", "groups{}.first_binding", "groups{}.interval.default", "groups{}.interval.max", "groups{}.interval.min",
		"groups{}.methods[]", "groups{}.remember", "groups{}.sharing", "groups{}.sms.payer", "groups{}.sms.switch", "budgets[].limit", "budgets[].period",
		"budgets[].scope", "budgets[].warn_at", "currency", "prices{}", "time_zone", "limits.account[]", "limits.application[]", "limits.email_account[]",
		"limits.email_address[]", "limits.email_application[]", "limits.number[]", "limits.prefix[]",
		"MessageSid", "MessageStatus", "ErrorCode", "provider", "app", "environment", "token", "server_key", "subscription.endpoint", "subscription.keys.p256dh", "subscription.keys.auth",
		"push.provider", "push.app", "push.environment", "push.token", "push.server_key", "push.subscription.endpoint", "push.subscription.keys.p256dh", "push.subscription.keys.auth",
	} {
		plain[name] = true
	}
}
