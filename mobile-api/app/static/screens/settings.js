// Notifications, language, installing, and what there is to know about this app.

import { wrongBy } from "../clock.js";
import { files } from "../files.js";
import { language, setLanguage, t } from "../i18n.js";
import { canInstall, install } from "../install.js";
import { report } from "../logins.js";
import { installed, notifications } from "../posture.js";
import { hindersTest, patience, sendTest } from "../testpush.js";
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
	return html`
		<section class="group" aria-labelledby="notifications">
			<h2 id="notifications">${t("settings.notifications")}</h2>
			<p class="push">${t(`settings.push.${push.state}`)}</p>
			<${Test} />
		</section>`;
}

/** Has a push sent to this phone, and says whether it comes. One that is late is still good news. */
function Test() {
	const { tested } = useModel();
	const [sent, setSent] = useState(""); // its id
	const [late, setLate] = useState(false);
	const [busy, setBusy] = useState(false);
	const [hindered, setHindered] = useState("");
	useEffect(() => {
		if (!sent) return undefined;
		const timer = setTimeout(() => setLate(true), patience);
		return () => clearTimeout(timer);
	}, [sent]);
	const test = async () => {
		setSent("");
		setLate(false);
		setHindered("");
		setBusy(true);
		try {
			if (notifications() === "default") await allow();
			setSent(await sendTest());
		} catch (err) {
			setHindered(hindersTest(err));
		}
		setBusy(false);
	};
	const lost = late && tested !== sent;
	const how = () => (tested === sent ? t("settings.test.arrived") : lost ? t("settings.test.lost") : t("settings.test.sent"));
	return html`
		<button type="button" class="secondary test" disabled=${busy} onClick=${test}>${t("settings.test")}</button>
		<div role="status">
			${busy ? html`<p>${t("settings.test.sending")}</p>` : (sent || hindered) && html`<p>${sent ? how() : hindered}</p>`}
			${lost && html`<ul>${remedies.map((name) => html`<li key=${name}>${t(name)}</li>`)}</ul>`}
		</div>`;
}

const remedies = /** @type {const} */ (["settings.test.lost.settings", "settings.test.lost.battery", "settings.test.lost.network"]);

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
			<p class="hint">${t("settings.version", { version: files.pathname.split("/").at(-2) ?? "" })}</p>
			<p class="hint">${t("settings.licences")}: <a href=${vendored("htm.LICENSE.txt")}>htm</a>, <a href=${vendored("preact.LICENSE.txt")}>Preact</a>, <a href=${vendored("jsqr/LICENSE.txt")}>jsQR</a></p>
		</section>`;
}

/** @param {string} name */
function vendored(name) {
	return new URL("vendor/" + name, files).href;
}
