package main

// examples show how the commands are typed that need more than their names, with the command before it that says what to fill in.
var examples = map[string]string{
	"jawort accounts import":    "  jawort accounts import customers.csv --tenant \"Muster Makler AG\" --dry-run",
	"jawort application create": "  jawort tenant list\n  jawort application create Portal --tenant ten_… --origin https://login.example",
	"jawort application list":   "  jawort tenant list\n  jawort application list --tenant ten_…",
	"jawort application revoke": "  jawort application list --tenant ten_…\n  jawort application revoke app_…",
	"jawort apply":              "  jawort apply -f org.yaml --dry-run",
	"jawort audit export":       "  jawort audit export --tenant ten_… > log.jsonl",
	"jawort audit verify":       "  curl -s https://jawort.example/.well-known/jwks.json > jwks.json\n  jawort audit verify log.jsonl --keys jwks.json",
	"jawort backup":             "  jawort backup jawort.backup",
	"jawort key create":         "  jawort application list --tenant ten_…\n  jawort key create --application app_… --scopes login,enrol,admin",
	"jawort key list":           "  jawort key list --application app_…",
	"jawort key revoke":         "  jawort key list --application app_…\n  jawort key revoke key_…",
	"jawort operator end":       "  jawort operator list\n  jawort operator end opr_…",
	"jawort operator invite":    "  jawort operator invite --name \"Ada Lovelace\" --role administrator",
	"jawort phone enrol":        "  jawort phone enrol 'https://phones.example/enrol#…'",
	"jawort restore":            "  jawort restore jawort.backup",
	"jawort secrets add":        "  jawort secrets add sealing keys.json",
	"jawort secrets drop":       "  jawort secrets show keys.json\n  jawort secrets drop ID keys.json",
	"jawort secrets init":       "  jawort secrets init keys.json",
	"jawort secrets promote":    "  jawort secrets show keys.json\n  jawort secrets promote ID keys.json",
	"jawort secrets rewrap":     "  jawort secrets rewrap keys.json",
	"jawort secrets show":       "  jawort secrets show keys.json",
	"jawort serve":              "  jawort serve\n  jawort serve mobile-api",
	"jawort tenant create":      "  jawort tenant create \"Muster Makler AG\"",
	"jawort tenant revoke":      "  jawort tenant list\n  jawort tenant revoke ten_…",
	"jawort verify": "  curl -s https://jawort.example/.well-known/jwks.json > jwks.json\n" +
		"  jawort verify receipt --keys jwks.json --rp-id phones.example --origin https://phones.example",
}
