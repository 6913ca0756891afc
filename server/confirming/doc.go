// Package confirming holds what confirming by code and activating a method have in common: the approval that somebody wants
// to confirm, as it was asked and not as somebody wrote it into the live store since; to whom a code goes, in which
// words and at whose cost; and telling those who wait.
//
// It does not know what a code is worth: package store/factors decides that.
package confirming
