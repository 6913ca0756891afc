// Package pushtest holds stand-ins for the push services of Google (FCM v1), Apple (APNs), Huawei (Push Kit v2)
// and the browsers (Web Push), for tests and for the demo. They listen on loopback, check what the real services check
// (credentials, headers, the form of the message) and answer as those do, so that the real SDKs can be
// pointed at them.
//
// Every fake hands out tokens (or subscriptions), gives the pushes that it accepts to whoever listens, and can
// be told, per token or for all, to refuse, be slow, be silent or cut the connection.
// Autopush alone does neither: behind it is a real Firefox, which subscribes and decrypts for itself.
//
// The package does not know the gateway.
package pushtest
