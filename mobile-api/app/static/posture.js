// What this phone says about itself, and what it lacks to be registered.

import { language } from "./i18n.js";
import { hasScreenLock, supported } from "./passkey.js";

/** @typedef {{ platform: "web", os_version: string, model: string, language: string, screen_lock: boolean, notifications: boolean }} Posture */

/** @returns {Promise<Posture>} */
export async function describe() {
	return {
		platform: "web", os_version: osVersion(), model: browserName().slice(0, 64), language: language(),
		screen_lock: await hasScreenLock(), notifications: notifications() === "granted",
	};
}

/** @returns {NotificationPermission | "missing"} */
export function notifications() {
	return "Notification" in self ? Notification.permission : "missing";
}

/** iPhones let web apps have notifications once they are on the home screen. */
export function belongsOnHomeScreen() {
	const apple = /iPhone|iPad/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
	return apple && !installed();
}

export function installed() {
	return matchMedia("(display-mode: standalone)").matches || /** @type {any} */ (navigator).standalone === true;
}

/**
 * What is missing, in the order in which to mend it.
 * @param {{ screen_lock: boolean, notifications: boolean }} required
 * @returns {Promise<("passkeys" | "screen-lock" | "home-screen" | "notifications-blocked" | "notifications" | "notifications-missing")[]>}
 */
export async function lacking(required) {
	if (!supported()) return ["passkeys"];
	/** @type {Awaited<ReturnType<typeof lacking>>} */
	const lacks = [];
	if (!(await hasScreenLock())) lacks.push("screen-lock");
	const allowed = notifications();
	if (allowed === "missing" && belongsOnHomeScreen()) lacks.push("home-screen");
	else if (allowed === "missing" && required.notifications) lacks.push("notifications-missing");
	else if (allowed === "denied" && required.notifications) lacks.push("notifications-blocked");
	else if (allowed === "default") lacks.push("notifications");
	return lacks;
}

/** The browser tells its own version, and often hides the system's. */
function osVersion() {
	const found = /(?:Android|OS|Mac OS X|Windows NT) ([\d._]+)/.exec(navigator.userAgent)?.[1] ?? "0";
	return found.replaceAll("_", ".").replace(/\.+$/, "");
}

/** A name under which its person finds this browser among others. */
export function browserName() {
	const agent = navigator.userAgent;
	const name = /Edg\//.test(agent) ? "Edge" : /SamsungBrowser/.test(agent) ? "Samsung Internet" : /Firefox|FxiOS/.test(agent) ? "Firefox"
		: /Chrome|CriOS/.test(agent) ? "Chrome" : /Safari/.test(agent) ? "Safari" : "Browser";
	const on = /iPhone/.test(agent) ? "iPhone" : /iPad/.test(agent) ? "iPad" : /Android/.test(agent) ? "Android" : /Windows/.test(agent) ? "Windows"
		: /Mac/.test(agent) ? "Mac" : /Linux/.test(agent) ? "Linux" : "";
	return on ? `${name} · ${on}` : name;
}

/** Whether the phone can still be unlocked; yes where the browser does not say. */
export async function hasScreenLockNow() {
	return !supported() || hasScreenLock();
}
