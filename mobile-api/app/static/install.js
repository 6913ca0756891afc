// Putting the app on the home screen, where the browser lets a page ask for it.

/** @type {any} */
let offer = null;

addEventListener("beforeinstallprompt", (e) => {
	e.preventDefault();
	offer = e;
});

export function canInstall() {
	return offer !== null;
}

export async function install() {
	await offer?.prompt();
	offer = null;
}
