// Package audit holds what an append-only audit log is: entries, the chain that they form, commitments to the personal
// data that lies beside them, signed heads, and how all of it is verified. It does no I/O beyond the reader or writer
// that it is given, and knows neither HTTP nor SQL nor how entries come about.
//
// # One chain per tenant
//
// Each tenant has a chain of its own, so that an export holds everything that it takes to verify it and nothing of
// anybody else. Sequence numbers of a chain begin at 1 and have no gap. The hash of an entry covers the hash of the entry
// before it; the first covers a hash of the tenant's id, so that no entry fits into another tenant's chain.
//
// # What is hashed
//
// A digest is SHA-256 over a name with a version, a zero byte, and the fields in a fixed order, each behind its length in
// four bytes (big endian). No two different entries have the same encoding. What changes in the encoding changes the
// version in the name.
//
// # Personal data
//
// An entry holds ids, plain facts and, for each piece of personal data, HMAC-SHA-256 of it under a random key of
// 256 bits. Value and key lie beside the entry. Who has both can check the commitment; once both are erased nobody can
// tell what it stood for, not even by guessing, and the chain still holds: verification says `erased`.
//
// # Heads
//
// A head states where the chain ended at a time, signed with the receipt key as a JWS. It is what somebody who can write
// to the database cannot make, so a chain that was cut or made anew is found by the heads in it, and by those that an
// auditor kept.
package audit
