package audit

// DocumentHash commits to the document of an approval. It needs no key: a document holds a random nonce of 32 bytes, so
// that its hash tells nothing once the document is erased.
func DocumentHash(document []byte) Hash { return digest(documentName, document) }

// EvidenceHash commits to what a receipt proves an outcome with, in the order decision, number, credential, public key,
// authenticator data, client data, signature. The signature does here what the nonce does in a document.
func EvidenceHash(decision, number string, credential, publicKey, authenticatorData, clientData, signature []byte) Hash {
	return digest(evidenceName, []byte(decision), []byte(number), credential, publicKey, authenticatorData, clientData, signature)
}
