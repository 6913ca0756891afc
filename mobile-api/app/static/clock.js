// The server's time. What the phone's own clock says is used for nothing but to tell how wrong it is.

let ahead = Date.now() - performance.now(); // until a server has spoken

/** @param {string | null} date the header of an answer, in whole seconds */
export function hear(date) {
	const at = date ? Date.parse(date) : NaN;
	if (!Number.isNaN(at)) ahead = at + 500 - performance.now();
}

/** Milliseconds since 1970, by the server. */
export function now() {
	return performance.now() + ahead;
}

/** How many minutes the phone's clock is ahead of the server's; negative: behind. */
export function wrongBy() {
	return Math.round((Date.now() - now()) / 60000);
}
