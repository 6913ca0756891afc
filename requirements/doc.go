// Package requirements holds what two real installations demand of Jawort, as tests: a broker platform and a test publisher, set up by
// the files of docs/examples as anybody would set them up. Each test is one sentence; docs/requirements.md says which.
//
// The tests know what a login service, a page, a phone, a mailbox and a mobile number can see: the Go client, the calls of
// docs/openapi.yaml, package phone, and stand-ins for carrier and mail server. They do not know how anything is done.
package requirements
