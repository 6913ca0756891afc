// Package organisation reads what an organisation says about itself in a file (its applications, groups, SMS and accounts,
// or a list of accounts as CSV), finds every mistake with its line, and plans what differs from what there is.
//
// Names are the identity: a tenant is known by its name, an application and a group by theirs within the tenant, an
// account by its login number. What a file does not mention stays as it is, so nothing is ever deleted. What it mentions is
// as the file says in whole: a member that is left out gets its default.
//
// The package reads from an io.Reader and knows no SQL: package store/organisation brings the State and carries a Plan out.
package organisation
