// Package faults harms an installation while people log in, and tells what they saw of it and whether an invariant broke.
//
// Beside the load of package bench there are people who do what races: several phones, a cancel and reads at the same moment, whose
// history is checked for linearisability (Approvals); the same recovery code at two logins at once; phones that go on after they
// were revoked. Each Fault says what installation it needs, and what is done to it.
package faults
