// Bytes as text and back.

/** @param {BufferSource} bytes */
export function toBase64url(bytes) {
	const view = ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes);
	let text = "";
	for (const b of view) text += String.fromCharCode(b);
	return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function fromBase64url(text) {
	if (/[^\w-]/.test(text)) throw new TypeError("not base64url");
	const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
	return Uint8Array.from(raw, (c) => c.charCodeAt(0));
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function utf8(text) {
	return new TextEncoder().encode(text);
}

/** @param {string} text */
export async function sha256(text) {
	return crypto.subtle.digest("SHA-256", utf8(text));
}
