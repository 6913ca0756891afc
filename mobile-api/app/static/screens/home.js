// The first screen: what waits, what is wrong, and the logins.

import { wrongBy } from "../clock.js";
import { dateAndTime, t } from "../i18n.js";
import { forgetAll, readNotice, report, stopRecovery } from "../logins.js";
import { belongsOnHomeScreen, hasScreenLockNow, notifications } from "../posture.js";
import { renew } from "../push.js";
import { go } from "../route.js";
import { update } from "../updates.js";
import { announce, Banner, html, Icon, Screen, useEffect, useModel, useState } from "../view.js";

/** @typedef {import("../model.js").Model} Model */

export function Home() {
	const model = useModel();
	const empty = model.logins.length === 0;
	return html`
		<${Screen} title=${t("home.title")}>
			<${Troubles} model=${model} />
			<${Questions} model=${model} />
			${model.recoveries.map((r) => html`<${Recovery} key=${r.id} recovery=${r} />`)}
			${empty ? !model.evicted && !model.unknown && html`<${Welcome} />` : html`<${Logins} model=${model} />`}
			<button type="button" class=${empty ? "primary" : "secondary"} onClick=${() => go("add")}><${Icon} name="plus" />${t("home.add")}</button>
			${model.notices.length > 0 && html`<${Notices} model=${model} />`}
		<//>`;
}

function Welcome() {
	return html`
		<section class="welcome">
			<svg class="mark" viewBox="0 0 96 96" aria-hidden="true"><path class="bubble" d="M48 12c21 0 36 14 36 33S69 78 48 78c-4 0-8-.5-11.500-1.600L20 84l3.500-14C16 64 12 55.500 12 45c0-19 15-33 36-33z" /><path class="tick" d="M33 46l10.500 10.500L64 36" /></svg>
			<h2>${t("home.empty.title")}</h2>
			<p>${t("home.empty.text")}</p>
		</section>`;
}

/** @param {{ model: Model }} props */
function Questions({ model }) {
	if (model.questions.length === 0) {
		return !model.unknown && model.logins.some((l) => l.status === "active") && html`<p class="quiet"><${Icon} name="check" />${t("home.quiet")}</p>`;
	}
	return html`
		<section aria-labelledby="waiting">
			<h2 id="waiting">${t("home.waiting")}</h2>
			<ul class="cards">
				${model.questions.map((q) => html`
					<li key=${q.name}><button type="button" class="card asking" onClick=${() => go("question", ...q.name.split("/"))}>
						<span class="words"><strong>${q.document ? q.document.application : t("ask.update.title")}</strong>
							<span>${q.document ? `${q.document.account} · ${q.document.tenant}` : ""}</span></span>
						<${Icon} name="next" />
					</button></li>`)}
			</ul>
		</section>`;
}

/** @param {{ model: Model }} props */
function Logins({ model }) {
	return html`
		<ul class="cards" aria-label=${t("home.title")}>
			${model.logins.map((l) => html`
				<li key=${l.id}><button type="button" class="card" onClick=${() => go("login", l.id)}>
					<span class="words"><strong>${l.account}</strong><span>${l.tenant}</span>
						${model.unknown ? html`<span class="pending">${t("home.unknown.login")}</span>`
							: l.status === "unconfirmed" && html`<span class="pending">${t("home.unconfirmed")}</span>`}</span>
					<${Icon} name="next" />
				</button></li>`)}
		</ul>`;
}

/** What stands in the way, the worst first. @param {{ model: Model }} props */
function Troubles({ model }) {
	const [lock, setLock] = useState(true);
	useEffect(() => { void hasScreenLockNow().then(setLock); }, []);
	const some = model.logins.length > 0;
	const off = wrongBy();
	return html`
		${model.update && html`<${Banner}><p>${t("home.update")}</p><button type="button" class="link" onClick=${update}>${t("home.update.action")}</button><//>`}
		${!model.reachable && html`<${Banner} kind="warning"><p role="status">${t("home.offline")}</p><//>`}
		${model.evicted && html`<${Banner} kind="danger" title=${t("home.evicted.title")}><p>${t("home.evicted.text")}</p><//>`}
		${model.unknown && html`<${Banner} kind="danger" title=${t("home.unknown.title")}><p>${t("home.unknown.text")}</p>
			<button type="button" class="link" onClick=${forgetAll}>${t("home.unknown.action")}</button><//>`}
		${model.gone.map((login) => html`<${Banner} key=${login}><p>${t("home.gone", { login })}</p><//>`)}
		${some && !lock && html`<${Banner} kind="danger" title=${t("home.screenlock.title")}><p>${t("home.screenlock.text")}</p><//>`}
		${some && !model.unknown && html`<${Waking} model=${model} />`}
		${some && Math.abs(off) >= 2 && html`<${Banner}><p>${t("home.clock", { minutes: Math.abs(off) })}</p><//>`}`;
}

/** @param {{ model: Model }} props */
function Waking({ model }) {
	if (belongsOnHomeScreen()) {
		return html`<${Banner} kind="warning" title=${t("home.homescreen.title")}><p>${t("home.homescreen.text")}</p><//>`;
	}
	switch (model.push.state) {
		case "blocked":
			return html`<${Banner} kind="warning" title=${t("home.blocked.title")}><p>${t("home.blocked.text")}</p><//>`;
		case "unsupported":
		case "failed":
			return html`<${Banner} title=${t("home.nopush.title")}><p>${t("home.nopush.text")}</p><//>`;
		case "unasked":
			return notifications() === "default" && html`<${Banner} title=${t("home.unasked.title")}><p>${t("home.unasked.text")}</p>
				<button type="button" class="link" onClick=${allow}>${t("home.unasked.action")}</button><//>`;
		default:
			return null;
	}
}

/** Asks for notifications, which browsers allow in answer to a tap only. */
export async function allow() {
	await Notification.requestPermission();
	await renew().catch(() => undefined);
	await report().catch(() => undefined);
}

/** @param {{ recovery: import("../model.js").Recovery }} props */
function Recovery({ recovery }) {
	const stop = async () => {
		await stopRecovery(recovery.id);
		announce(t("home.recovery.stopped"));
	};
	return html`
		<${Banner} kind="danger" title=${t("home.recovery.title")}>
			<p>${t("home.recovery.text", {
				since: dateAndTime(Date.parse(recovery.created_at)), account: recovery.account.label, tenant: recovery.tenant.name,
				opens: dateAndTime(Date.parse(recovery.opens_at)),
			})}</p>
			<button type="button" class="danger" onClick=${stop}>${t("home.recovery.stop")}</button>
		<//>`;
}

/** @param {{ model: Model }} props */
function Notices({ model }) {
	return html`
		<section aria-labelledby="notices">
			<h2 id="notices">${t("home.notices")}</h2>
			<ul class="cards notices">${model.notices.map((n) => html`
				<li key=${n.id} class="card"><span class="words"><strong>${n.account.label} · ${n.tenant.name}</strong><span>${n.text}</span>
					<span>${dateAndTime(Date.parse(n.at))}</span>
					<button type="button" class="link" onClick=${() => readNotice(n.id)}>${t("home.notice.read")}</button></span></li>`)}</ul>
		</section>`;
}
