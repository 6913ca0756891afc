// Package courier holds the words in which messages to people are spoken of: what a message is, how far it got,
// what a provider may answer, and the texts of all of them, in German and English.
//
// It does no I/O. Package store/messages keeps the queue, package courier/dispatch empties it, and the senders below
// factor/ speak to the providers; none of them knows another, and all of them know this package.
//
// An address and a text never appear in an error or a log: a Message prints as its id.
package courier
