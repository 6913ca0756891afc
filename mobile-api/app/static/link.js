// What people scan, open, paste or type to add a login.

/** @typedef {{ kind: "code", code: string } | { kind: "elsewhere", host: string } | { kind: "foreign" }} Read */

const codeLength = 22; // 128 bits, base64url

/** @param {string} text @returns {Read} */
export function readLink(text) {
	const said = text.replace(/\s/g, "");
	if (isCode(said)) return { kind: "code", code: said };
	let url;
	try {
		url = new URL(said);
	} catch {
		return { kind: "foreign" };
	}
	const code = url.hash.slice(1);
	if (!/^https?:$/.test(url.protocol) || !url.pathname.endsWith("/enrol") || !isCode(code)) return { kind: "foreign" };
	return url.origin === location.origin ? { kind: "code", code } : { kind: "elsewhere", host: url.host };
}

/** @param {string} s */
function isCode(s) {
	return s.length === codeLength && /^[\w-]+$/.test(s);
}
