package keys

// Purposes that two rooms share: one seals or authenticates what the other opens or verifies.
const (
	PushAddress     = "jawort push address"     // mobile-api seals, pushgw opens
	EnrolmentCode   = "jawort enrolment code"   // the server derives the links that it shows
	EnrolmentDigits = "jawort enrolment digits" // mobile-api shows, server compares
	Message         = "jawort message"          // the server seals what is told to a person, pushgw opens it
	PendingApproval = "jawort pending approval" // server authenticates what it asks, mobile-api verifies before it decides
	WebhookSecret   = "jawort webhook secret"   // the API seals, the worker opens
)
