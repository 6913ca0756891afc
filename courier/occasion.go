package courier

import "time"

// Occasion is what a message is written for.
type Occasion string

// The occasions. Their texts are in the catalogues of package locale, as courier.<channel>.<occasion>.
const (
	LoginCode           Occasion = "login-code"
	StepCode            Occasion = "step-code"        // of what somebody does in the portal
	TransactionCode     Occasion = "transaction-code" // by SMS only: it names amount and payee
	ActivationCode      Occasion = "activation-code"
	EnrolmentCode       Occasion = "enrolment-code"
	NewDevice           Occasion = "new-device"
	NewMethod           Occasion = "new-method"
	ReportedLogin       Occasion = "reported-login"
	ReportedTransaction Occasion = "reported-transaction"
	LateReport          Occasion = "late-report"     // of a login or transaction that had been confirmed
	ChangedNumber       Occasion = "changed-number"  // goes to the old number too
	ChangedAddress      Occasion = "changed-address" // goes to the old address too
	RecoveryPending     Occasion = "recovery"
	AccountReset        Occasion = "reset"         // by support
	BudgetWarned        Occasion = "budget-warned" // by e-mail only, as what follows
	BudgetStopped       Occasion = "budget-stopped"
	BudgetAlarm         Occasion = "budget-alarm" // When is when people will be locked out
	SMSLimited          Occasion = "sms-limited"  // When is when the account gets codes again
	Invitation          Occasion = "invitation"   // carries no code
	Reminder            Occasion = "reminder"
)

// Values are what texts are filled with; each occasion takes some of them. What people chose (names, labels, the tenant's own words)
// may be anything: it is cut and cleaned where it is put in.
type Values struct {
	Tenant      string // its name
	Application string // its name
	Code        string
	Host        string // of the page that the code is typed into, such as login.example; empty: browsers do not fill it in
	Minutes     int    // for which the code is good
	Amount      string // at most MaxAmount characters of the default alphabet: it is never cut
	Payee       string
	Device      string    // its kind. Not its label: whoever registers a phone chooses that, and must not write to the person
	Method      string    // what it is called
	Number      string    // the new one, masked
	Address     string    // the new one, masked
	When        time.Time // in the tenant's time zone
	Contact     string    // where the tenant helps
	Words       string    // the tenant's own, in place of those of an invitation or reminder
	Link        string    // where to begin; carries no code
	Budget      string    // its name
	Used, Limit string    // amounts with currency, or the name of the limit that was reached
	Account     string    // its id
}

// MaxAmount is the longest amount that a transaction's SMS has room for in all alphabets and languages.
const MaxAmount = 32
