// Package smpp sends SMS through a carrier that speaks SMPP 3.4 (SMPP Developers Forum, issue 1.2) and hears from it what became
// of them.
//
// A Client keeps one connection bound as a transceiver, with or without TLS. It sends in a window of numbered requests, asks
// for delivery receipts, answers them once they are kept, watches the line with enquire_link, and binds again with growing pauses
// when it is lost. What a carrier sends is not trusted: PDUs are bounded, and one whose length is wrong ends the connection,
// because nothing after it can be found.
//
// A message whose answer was lost may be on its way: it is sent again by whoever keeps it, and may come twice. The carrier
// is told when a message is of no use any more, so that a late carrier does not deliver it.
//
// The package knows no queue and no price. No number and no text gets into an error or a log.
package smpp
