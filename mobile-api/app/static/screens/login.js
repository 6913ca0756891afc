// One login: how it is called, and how to take it off this phone.

import { t } from "../i18n.js";
import { credentialOf, leave, rename } from "../logins.js";
import { go } from "../route.js";
import { messageOf } from "../trouble.js";
import { announce, Banner, Field, html, Screen, Trouble, useEffect, useModel, useState } from "../view.js";

/** @param {{ id: string }} props */
export function Login({ id }) {
	const login = useModel().logins.find((l) => l.id === id);
	useEffect(() => { if (!login) go(); }, [!login]);
	return login ? html`<${Names} login=${login} />` : null;
}

/** @param {{ login: import("../model.js").Login }} props */
function Names({ login }) {
	const [label, setLabel] = useState(login.label);
	const [holder, setHolder] = useState(login.holder);
	const [trouble, setTrouble] = useState("");
	const [sure, setSure] = useState(false);
	const [usable, setUsable] = useState(true);
	useEffect(() => { void credentialOf(login.id).then((c) => setUsable(c !== undefined)); }, [login.id]);
	/** @param {() => Promise<void>} act */
	const attempt = async (act) => {
		setTrouble("");
		await act().catch((err) => setTrouble(messageOf(err)));
	};
	/** @param {Event} e */
	const save = (e) => {
		e.preventDefault();
		void attempt(async () => {
			await rename(login.id, label.trim(), holder.trim());
			announce(t("login.saved"));
			go();
		});
	};
	return html`
		<${Screen} title=${login.account} back=${() => go()}>
			<p class="lead">${login.tenant}</p>
			${!usable && html`<${Banner} kind="danger"><p>${t("login.nopasskey")}</p><//>`}
			<form onSubmit=${save}>
				<${Field} label=${t("login.holder")} value=${holder} set=${setHolder} maxlength="60" required autocomplete="name" name="holder" />
				<${Field} label=${t("login.label")} value=${label} set=${setLabel} maxlength="60" required autocomplete="off" name="label" />
				${trouble && html`<${Trouble} text=${trouble} />`}
				<button type="submit" class="primary save">${t("save")}</button>
			</form>
			${sure ? html`
				<section class="sure" role="group" aria-labelledby="sure">
					<p id="sure">${t("login.leave.sure", { account: login.account })}</p>
					<button type="button" class="danger" onClick=${() => attempt(() => leave(login.id))}>${t("login.leave.yes")}</button>
					<button type="button" class="secondary" onClick=${() => setSure(false)}>${t("cancel")}</button>
				</section>` : html`<button type="button" class="link leave" onClick=${() => setSure(true)}>${t("login.leave")}</button>`}
		<//>`;
}
