package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/restored"
)

// describe says what was done and what is left to do.
func (d *restoration) describe(w io.Writer) error {
	var sum lasting.Reopened
	for _, e := range d.Ended {
		sum.Enrolments += e.Enrolments
		sum.Recoveries += e.Recoveries
		sum.BypassCodes += e.BypassCodes
		sum.Portals += e.Portals
	}
	if d.Until.IsZero() {
		fmt.Fprintln(w, "Restored.")
	} else {
		fmt.Fprintf(w, "Restored. The last entry of its audit log is of %s.\n", stamp(d.Until))
	}
	fmt.Fprintf(w, "Ended, because they may have been used since: %d open enrolments, %d recoveries, %d bypass codes, %d portal sessions, and the trust in all browsers.\n",
		sum.Enrolments, sum.Recoveries, sum.BypassCodes, sum.Portals)
	fmt.Fprintf(w, "Of the console: %d sessions and %d links that invited somebody.\n", d.Sessions, d.Links)
	for _, r := range d.Since {
		describeSince(w, r)
	}
	fmt.Fprintf(w, "The key file opens %d of %d sealed values.\n", d.Sealed.Opened, d.Sealed.Opened+d.Sealed.Foreign)
	if err := describeChecks(w, d.Audit); err != nil {
		return err
	}
	_, err := io.WriteString(w, whatIsLost)
	return err
}

// describeSince counts; who it was --json tells.
func describeSince(w io.Writer, r restored.Report) {
	fmt.Fprintf(w, "Of %s %d entries came after the backup.\n", tenantName(r.Tenant), r.Lost)
	for _, kind := range slices.Sorted(maps.Keys(r.Ended)) {
		fmt.Fprintf(w, "  ended     %d of %s\n", r.Ended[kind], kind)
	}
	todo := map[string]int{}
	for _, a := range r.Again {
		todo[a.Kind]++
	}
	for _, kind := range slices.Sorted(maps.Keys(todo)) {
		fmt.Fprintf(w, "  do again  %d of %s\n", todo[kind], kind)
	}
}

const whatIsLost = `
What happened after the backup is lost, and the state before counts again:
  - logins that were answered since are in no list and have no receipt any more
  - phones, passkeys and methods that were registered since are unknown: register them again
  - phones, API keys, applications and methods that were REVOKED since work again, recovery codes that were used since too, unless
    an export was given with --audit; numbers, addresses and policies are as before: do those changes again before you serve
  - people who were erased since are back: erase them again
  - receivers of webhooks that were deleted since are told again (unless --audit says so), and addresses and secrets of before hold
Before you start the processes, empty the Redis that they will serve this database with, and no other. docs/operations.md ("After a restore") says how to find what has to be done.
`
