// Package pushgw is the push gateway: it takes the jobs of the push stream and wakes phones through Firebase
// Cloud Messaging, the Apple Push Notification service, Huawei Push Kit and Web Push (which also serves UnifiedPush).
//
// A job is delivered at least once. It stays in the stream until its end is recorded and it is acknowledged;
// what a gateway left behind when it died is taken over by another one when its lease has run out. A push says
// no more than that something waits, and phones ask for the rest, so that a push too many does no harm.
//
// The gateway knows nothing about who is asked or told what: it sees the id of an approval or a notice, a language, a
// sealed address and an expiry. It does not know the stores either; it declares what it needs of them.
package pushgw
