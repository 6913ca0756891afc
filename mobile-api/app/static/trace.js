// A trace of the logins outside of what is kept with care: browsers may delete that, and seldom both.

const name = "jawort logins";

/** @param {boolean} some whether there are any */
export function leaveTrace(some) {
	try {
		if (some) localStorage.setItem(name, "yes");
		else localStorage.removeItem(name);
	} catch {
		// a browser without it keeps no trace
	}
}

/** Whether there were logins here when the app was last used. */
export function hasTrace() {
	try {
		return localStorage.getItem(name) !== null;
	} catch {
		return false;
	}
}
