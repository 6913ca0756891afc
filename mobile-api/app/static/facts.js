// What a question says.

import { country, t, timeOfDay } from "./i18n.js";
import { html, useModel } from "./view.js";

/** @typedef {import("./question.js").Question} Question */
/** @typedef {import("./question.js").Document} Document */

/** What stands in the document, and nothing else; of a transaction its details first. @param {{ document: Document, question: Question, now: number }} props */
export function Facts({ document, question, now }) {
	const minutes = Math.floor((now - document.created) / 60000);
	const since = { time: timeOfDay(document.created), minutes };
	const details = html`<${Details} document=${document} />`;
	return html`
		${document.kind === "transaction" && details}
		<dl class="facts">
			<div class="who"><dt>${t("ask.service")}</dt><dd><strong>${document.application}</strong> ${document.tenant}</dd></div>
			<div><dt>${t("ask.account")}</dt><dd>${document.account}<${Holder} question=${question} /></dd></div>
			<${From} document=${document} />
			<div><dt>${t("ask.since")}</dt><dd>${minutes > 0 ? t("ask.since.value", since) : t("ask.since.now", since)}</dd></div>
		</dl>
		${document.kind === "login" && document.details.length > 0 && details}`;
}

/** From where it was asked, where the login service has told. @param {{ document: Document }} props */
export function From({ document: { browser } }) {
	return browser.ip && html`
		<div><dt>${t("ask.browser")}</dt><dd>${browser.os ? t("ask.browser.on", { name: browser.name, os: browser.os }) : browser.name}</dd></div>
		<div><dt>${t("ask.from")}</dt><dd>${browser.country && country(browser.country) + ", "}${browser.ip}</dd></div>`;
}

/** @param {{ document: Document }} props */
export function Details({ document }) {
	return html`<dl class="details">${document.details.map((d) => html`<div class=${d.role}><dt>${d.label}</dt><dd>${d.value}</dd></div>`)}</dl>`;
}

/** Tells several logins of one phone apart. @param {{ question: Question }} props */
function Holder({ question }) {
	const { logins } = useModel();
	const login = logins.length > 1 && logins.find((l) => l.id === question.device);
	return login && html`<span class="hint"> · ${login.holder} (${login.label})</span>`;
}
