// Whether pushes reach this phone: has the server send one. The worker says which has come, and the model keeps that.

import { call, Refusal, strange } from "./api.js";
import { t } from "./i18n.js";
import { current } from "./model.js";
import { belongsOnHomeScreen } from "./posture.js";
import { renew } from "./push.js";
import { messageOf } from "./trouble.js";

/** What has not come after so many milliseconds is lost, as far as a person is concerned. */
export const patience = 15000;

/** Why none was sent, as a sentence. */
class Hindered extends Error {}

/**
 * Has one sent. Throws what hindersTest explains.
 * @returns {Promise<string>} its id
 */
export async function sendTest() {
	if (!current().logins.some((l) => l.status === "active")) throw new Hindered(t("settings.test.nologin"));
	await wakeable(false);
	try {
		return await ask();
	} catch (err) {
		if (!(err instanceof Refusal && err.code === "no-push-address")) throw err;
	}
	await wakeable(true); // the push service has called the last subscription dead
	return ask();
}

/** @returns {Promise<string>} */
async function ask() {
	return (await call("POST", "v1/installation/push/test")).id;
}

/** Makes sure that the server knows where this phone is woken, if it can be. @param {boolean} anew by another address than before */
async function wakeable(anew) {
	await renew(anew);
	const { state } = current().push;
	if (state === "working") return;
	throw new Hindered(belongsOnHomeScreen() ? t("home.homescreen.text") : t(`settings.test.${state}`));
}

/** @param {unknown} err */
export function hindersTest(err) {
	if (err instanceof Hindered) return err.message;
	if (strange(err)) return t("end.strange.text");
	if (err instanceof Refusal && err.code === "test-push-too-soon") return t("settings.test.soon", { seconds: err.retryAfter || 1 });
	return messageOf(err);
}
