// Package journeys holds what people do with the companion app and with the pages of login services, as tests: in a real Chromium,
// against all of Jawort in one process on embedded stores, with a push service that stands in for the browser's.
//
// There is no code in it but tests.
package journeys
