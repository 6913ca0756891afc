package console_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/console"
)

// permit is whom a page has to let in, and when.
type permit struct {
	roles   []operator.Role
	whose   whose
	passkey passkey
}

type whose int

const (
	theirs   whose = iota // the operator's own, or what the page narrows to what they see
	ofTenant              // the tenant's in the path: no others' operators learn that it is there
	ofHouse               // of all tenants: operators of one do not learn that it is there
	byHouse               // the tenant's in the path, and its own operators are told that it is not for them
)

type passkey int

const (
	signedIn passkey = iota // with which the operator has signed in
	lately                  // has to have answered within five minutes
	now                     // has to answer with the form
)

// These are written out here, and not taken from the console: whoever gives a role more there is to be noticed.
var (
	everybody = []operator.Role{operator.Administrator, operator.Support, operator.Auditor}
	helping   = []operator.Role{operator.Administrator, operator.Support}
	reading   = []operator.Role{operator.Administrator, operator.Auditor}
	heading   = []operator.Role{operator.Administrator}
)

// whoMay has every page and every form of the console. docs/console.md says it in words.
var whoMay = map[string]permit{
	"GET /console":                          {everybody, theirs, signedIn},
	"GET /console/{rest...}":                {everybody, theirs, signedIn},
	"POST /console/sign-out":                {everybody, theirs, signedIn},
	"GET /console/passkeys":                 {everybody, theirs, signedIn},
	"POST /console/passkeys/new":            {everybody, theirs, now},
	"POST /console/passkeys":                {everybody, theirs, signedIn}, // its passkey answers what the page before was given for
	"POST /console/passkeys/{id}/remove":    {everybody, theirs, now},
	"GET /console/live":                     {everybody, theirs, signedIn},
	"GET /console/live/figures":             {everybody, theirs, signedIn},
	"GET /console/audit":                    {reading, ofHouse, signedIn},
	"GET /console/audit/check":              {reading, ofHouse, signedIn},
	"GET /console/audit/export":             {reading, ofHouse, signedIn},
	"GET /console/operators":                {reading, theirs, signedIn},
	"GET /console/operators/invite":         {heading, theirs, signedIn},
	"POST /console/operators/invite":        {heading, theirs, lately},
	"GET /console/operators/{id}":           {reading, theirs, signedIn},
	"POST /console/operators/{id}/role":     {heading, theirs, lately},
	"POST /console/operators/{id}/end":      {heading, theirs, lately},
	"GET /console/tenants":                  {everybody, theirs, signedIn},
	"GET /console/new-tenant":               {heading, ofHouse, signedIn},
	"POST /console/new-tenant":              {heading, ofHouse, lately},
	"GET /console/tenants/{tenant}":         {everybody, ofTenant, signedIn},
	"GET /console/tenants/{tenant}/revoke":  {heading, byHouse, signedIn},
	"POST /console/tenants/{tenant}/revoke": {heading, byHouse, lately},

	"GET /console/tenants/{tenant}/applications":                         {reading, ofTenant, signedIn},
	"GET /console/tenants/{tenant}/applications/new":                     {heading, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/applications/new":                    {heading, ofTenant, lately},
	"GET /console/tenants/{tenant}/applications/{id}":                    {reading, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/applications/{id}":                   {heading, ofTenant, lately},
	"POST /console/tenants/{tenant}/applications/{id}/try":               {heading, ofTenant, signedIn},
	"GET /console/tenants/{tenant}/applications/{id}/revoke":             {heading, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/applications/{id}/revoke":            {heading, ofTenant, lately},
	"POST /console/tenants/{tenant}/applications/{id}/keys":              {heading, ofTenant, lately},
	"GET /console/tenants/{tenant}/applications/{id}/keys/{key}/revoke":  {heading, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/applications/{id}/keys/{key}/revoke": {heading, ofTenant, lately},

	"GET /console/tenants/{tenant}/groups":              {reading, ofTenant, signedIn},
	"GET /console/tenants/{tenant}/groups/new":          {heading, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/groups/new":         {heading, ofTenant, lately},
	"GET /console/tenants/{tenant}/groups/{id}":         {reading, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/groups/{id}":        {heading, ofTenant, lately},
	"GET /console/tenants/{tenant}/groups/{id}/delete":  {heading, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/groups/{id}/delete": {heading, ofTenant, lately},
	"POST /console/tenants/{tenant}/groups/{id}/try":    {heading, ofTenant, signedIn},
	"GET /console/tenants/{tenant}/settings":            {reading, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/settings":           {heading, ofTenant, lately},
	"GET /console/tenants/{tenant}/import":              {heading, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/import":             {heading, ofTenant, signedIn}, // it says what would change
	"POST /console/tenants/{tenant}/import/apply":       {heading, ofTenant, lately},

	"GET /console/tenants/{tenant}/people":                                  {everybody, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/people":                                 {helping, ofTenant, signedIn},
	"GET /console/tenants/{tenant}/people/{account}":                        {everybody, ofTenant, signedIn},
	"GET /console/tenants/{tenant}/people/{account}/devices/{device}":       {helping, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/people/{account}/devices/{device}":      {helping, ofTenant, lately},
	"POST /console/tenants/{tenant}/people/{account}/browsers":              {helping, ofTenant, signedIn}, // people are asked again, and no more
	"POST /console/tenants/{tenant}/people/{account}/reports":               {helping, ofTenant, lately},
	"POST /console/tenants/{tenant}/people/{account}/recoveries/{recovery}": {helping, ofTenant, signedIn}, // it stops what an attacker may have begun
	"GET /console/tenants/{tenant}/people/{account}/reset":                  {helping, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/people/{account}/reset":                 {helping, ofTenant, lately},
	"GET /console/tenants/{tenant}/people/{account}/bypass":                 {helping, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/people/{account}/bypass":                {helping, ofTenant, lately},
	"GET /console/tenants/{tenant}/people/{account}/call":                   {helping, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/people/{account}/call":                  {helping, ofTenant, lately},
	"GET /console/tenants/{tenant}/people/{account}/call/{approval}":        {helping, ofTenant, signedIn},
	"GET /console/tenants/{tenant}/people/{account}/call/{approval}/moved":  {helping, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/people/{account}/call/{approval}":       {helping, ofTenant, signedIn}, // it ends the question

	"GET /console/tenants/{tenant}/webhooks":                        {everybody, ofTenant, signedIn},
	"GET /console/tenants/{tenant}/webhooks/new":                    {heading, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/webhooks/new":                   {heading, ofTenant, lately},
	"GET /console/tenants/{tenant}/webhooks/{id}":                   {everybody, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/webhooks/{id}":                  {heading, ofTenant, lately},
	"POST /console/tenants/{tenant}/webhooks/{id}/rotate":           {heading, ofTenant, lately},
	"POST /console/tenants/{tenant}/webhooks/{id}/test":             {heading, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/webhooks/{id}/delete":           {heading, ofTenant, lately},
	"POST /console/tenants/{tenant}/webhooks/{id}/retry/{delivery}": {heading, ofTenant, signedIn},

	"GET /console/tenants/{tenant}/audit":                   {reading, ofTenant, signedIn},
	"GET /console/tenants/{tenant}/audit/check":             {reading, ofTenant, signedIn},
	"GET /console/tenants/{tenant}/audit/export":            {reading, ofTenant, signedIn},
	"GET /console/tenants/{tenant}/costs":                   {reading, ofTenant, signedIn},
	"GET /console/tenants/{tenant}/costs/usage.csv":         {reading, ofTenant, signedIn},
	"GET /console/tenants/{tenant}/costs/settings":          {reading, ofTenant, signedIn},
	"POST /console/tenants/{tenant}/costs/settings/changes": {heading, ofTenant, signedIn}, // it says what would change
	"POST /console/tenants/{tenant}/costs/settings":         {heading, ofTenant, lately},
}

// refuses says what the page has to answer an operator: 0, that it lets them in.
func (p permit) refuses(o operator.Operator, tenant string) int {
	bound := o.Tenant != ""
	switch {
	case p.whose == ofHouse && bound, (p.whose == ofTenant || p.whose == byHouse) && bound && o.Tenant != tenant:
		return http.StatusNotFound
	case !slices.Contains(p.roles, o.Role), p.whose == byHouse && bound:
		return http.StatusForbidden
	}
	return 0
}

// is reports whether the console says the same of the page.
func (p permit) is(a console.Access) bool {
	reach := map[whose]console.Reach{theirs: console.OfOwn, ofTenant: console.OfTenant, byHouse: console.OfTenant, ofHouse: console.OfHouse}
	return slices.Equal(p.roles, a.Roles) && a.Reach == reach[p.whose] && a.All == (p.whose == byHouse) && a.Fresh == (p.passkey == lately) && a.Asked == (p.passkey == now)
}

// permitOf finds what is said of an address that a page leads to.
func permitOf(method, address string) (permit, bool) {
	m := http.NewServeMux()
	for pattern := range whoMay {
		m.Handle(pattern, http.NotFoundHandler())
	}
	path, _, _ := strings.Cut(address, "?")
	_, pattern := m.Handler(&http.Request{Method: method, URL: &url.URL{Path: path}})
	found, known := whoMay[pattern]
	return found, known && pattern != "GET /console/{rest...}"
}
