// One login: how it is called, and how to take it off this phone.

import { t } from "../i18n.js";
import { credentialOf, leave, rename } from "../logins.js";
import { go } from "../route.js";
import { messageOf } from "../trouble.js";
import { announce, Banner, Field, html, Screen, Trouble, useEffect, useModel, useState } from "../view.js";

/** @param {{ id: string }} props */
export function Login({ id }) {
	const { logins, unknown } = useModel();
	const login = logins.find((l) => l.id === id);
	useEffect(() => { if (!login) go(); }, [!login]);
	return login ? html`
		<${Screen} title=${login.account} back=${() => go()}>
			<p class="lead">${login.tenant}</p>
			${unknown ? html`<${Unknown} />` : html`<${Names} login=${login} />`}
			<${Leave} login=${login} />
		<//>` : null;
}

/** What to do about a login that the server has no phone for any more. */
function Unknown() {
	return html`
		<${Banner} kind="danger"><p>${t("login.unknown")}</p><//>
		<button type="button" class="primary" onClick=${() => go("add")}>${t("login.unknown.again")}</button>`;
}

/** @param {{ login: import("../model.js").Login }} props */
function Names({ login }) {
	const [label, setLabel] = useState(login.label);
	const [holder, setHolder] = useState(login.holder);
	const [trouble, setTrouble] = useState("");
	const [usable, setUsable] = useState(true);
	useEffect(() => { void credentialOf(login.id).then((c) => setUsable(c !== undefined)); }, [login.id]);
	/** @param {Event} e */
	const save = (e) => {
		e.preventDefault();
		setTrouble("");
		rename(login.id, label.trim(), holder.trim()).then(() => {
			announce(t("login.saved"));
			go();
		}, (err) => setTrouble(messageOf(err)));
	};
	return html`
		${!usable && html`<${Banner} kind="danger"><p>${t("login.nopasskey")}</p><//>`}
		<form onSubmit=${save}>
			<${Field} label=${t("login.holder")} value=${holder} set=${setHolder} maxlength="60" required autocomplete="name" name="holder" />
			<${Field} label=${t("login.label")} value=${label} set=${setLabel} maxlength="60" required autocomplete="off" name="label" />
			${trouble && html`<${Trouble} text=${trouble} />`}
			<button type="submit" class="primary save">${t("save")}</button>
		</form>`;
}

/** @param {{ login: import("../model.js").Login }} props */
function Leave({ login }) {
	const [sure, setSure] = useState(false);
	const [trouble, setTrouble] = useState("");
	if (!sure) return html`<button type="button" class="link leave" onClick=${() => setSure(true)}>${t("login.leave")}</button>`;
	return html`
		<section class="sure" role="group" aria-labelledby="sure">
			<p id="sure">${t("login.leave.sure", { account: login.account })}</p>
			${trouble && html`<${Trouble} text=${trouble} />`}
			<button type="button" class="danger" onClick=${() => leave(login.id).catch((err) => setTrouble(messageOf(err)))}>${t("login.leave.yes")}</button>
			<button type="button" class="secondary" onClick=${() => setSure(false)}>${t("cancel")}</button>
		</section>`;
}
