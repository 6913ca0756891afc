// Package firefox holds one journey in a Firefox, as a test: the companion app subscribes to the browser's own push service, the gateway
// encrypts, and the browser decrypts. Chromium has no push service when it is headless, so package journeys hands its workers plain text.
//
// There is no code in it but tests.
package firefox
