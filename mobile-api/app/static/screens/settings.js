// Notifications, language, installing, and what there is to know about this app.

import { wrongBy } from "../clock.js";
import { language, setLanguage, t } from "../i18n.js";
import { canInstall, install } from "../install.js";
import { report } from "../logins.js";
import { showTest } from "../notifications.js";
import { installed, notifications } from "../posture.js";
import { html, Screen, useEffect, useModel, useState } from "../view.js";
import { allow } from "./home.js";

export function Settings() {
	return html`
		<${Screen} title=${t("settings.title")}>
			<${Notifications} />
			<${Languages} />
			<${Installing} />
			<${Storage} />
			<${About} />
		<//>`;
}

function Notifications() {
	const { push } = useModel();
	const [sent, setSent] = useState(false);
	const test = async () => {
		if (notifications() === "default") await allow();
		if (notifications() !== "granted") return;
		await showTest(t("settings.test.title"), t("settings.test.body"));
		setSent(true);
	};
	return html`
		<section class="group" aria-labelledby="notifications">
			<h2 id="notifications">${t("settings.notifications")}</h2>
			<p class="push">${t(`settings.push.${push.state}`)}</p>
			${notifications() !== "missing" && html`<button type="button" class="secondary test" disabled=${notifications() === "denied"} onClick=${test}>${t("settings.test")}</button>`}
			<p role="status">${sent && t("settings.test.sent")}</p>
		</section>`;
}

function Languages() {
	/** @param {any} e */
	const choose = async (e) => {
		await setLanguage(e.target.value);
		document.documentElement.lang = language();
		dispatchEvent(new Event("languagechange"));
		await report().catch(() => undefined);
	};
	return html`
		<section class="group">
			<h2><label for="language">${t("settings.language")}</label></h2>
			<select id="language" value=${language()} onChange=${choose}>
				<option value="de" lang="de">Deutsch</option>
				<option value="en" lang="en">English</option>
			</select>
		</section>`;
}

function Installing() {
	return html`
		<section class="group" aria-labelledby="installing">
			<h2 id="installing">${t("settings.install")}</h2>
			<p>${installed() ? t("settings.installed") : t("settings.install.text")}</p>
			${canInstall() && html`<button type="button" class="secondary" onClick=${install}>${t("settings.install.action")}</button>`}
		</section>`;
}

function Storage() {
	const [kept, set] = useState(/** @type {boolean | null} */ (null));
	useEffect(() => { void navigator.storage?.persisted?.().then(set); }, []);
	return kept !== null && html`
		<section class="group" aria-labelledby="storage">
			<h2 id="storage">${t("settings.storage")}</h2>
			<p>${kept ? t("settings.storage.persisted") : t("settings.storage.fragile")}</p>
		</section>`;
}

function About() {
	const off = Math.abs(wrongBy());
	return html`
		<section class="group" aria-labelledby="about">
			<h2 id="about">${t("settings.about")}</h2>
			<p>${off >= 2 ? t("home.clock", { minutes: off }) : t("settings.clock")}</p>
			<p class="hint">${t("settings.version", { version: new URL("../", import.meta.url).pathname.split("/").at(-2) ?? "" })}</p>
			<p class="hint">${t("settings.licences")}: <a href=${vendored("htm.LICENSE.txt")}>htm</a>, <a href=${vendored("preact.LICENSE.txt")}>Preact</a>, <a href=${vendored("jsqr/LICENSE.txt")}>jsQR</a></p>
		</section>`;
}

/** @param {string} name */
function vendored(name) {
	return new URL("../vendor/" + name, import.meta.url).href;
}
