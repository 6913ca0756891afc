package audit

// Standing is what has become of something that an entry holds the hash of.
type Standing string

// What may have become of it.
const (
	StandingIntact Standing = "intact"
	StandingErased Standing = "erased"
	StandingEdited Standing = "edited"
)

// DocumentHash commits to the document of an approval. It needs no key: a document holds a random nonce of 32 bytes, so
// that its hash tells nothing once the document is erased.
func DocumentHash(document []byte) Hash { return digest(documentName, document) }

// EvidenceHash commits to what a receipt proves an outcome with, in the order decision, number, credential, public key,
// authenticator data, client data, signature. The signature does here what the nonce does in a document.
func EvidenceHash(decision, number string, credential, publicKey, authenticatorData, clientData, signature []byte) Hash {
	return digest(evidenceName, []byte(decision), []byte(number), credential, publicKey, authenticatorData, clientData, signature)
}

// Compare says what has become of something whose hash is now another or the same; erased says that nothing of it is
// there any more.
func Compare(recorded, now Hash, erased bool) Standing {
	switch {
	case erased:
		return StandingErased
	case recorded == now:
		return StandingIntact
	default:
		return StandingEdited
	}
}
