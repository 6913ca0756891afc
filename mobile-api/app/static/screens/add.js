// Adding a login, from the code to the digits that are typed on the other screen.

import { abandon, claim, complete, ended, finished, resend, underWay, WrongHost } from "../enrolment.js";
import { t } from "../i18n.js";
import { readLink } from "../link.js";
import { refresh } from "../logins.js";
import { browserName, lacking } from "../posture.js";
import { go, replace } from "../route.js";
import { messageOf } from "../trouble.js";
import { Banner, Field, html, Icon, Screen, Trouble, useEffect, useModel, useState } from "../view.js";
import { look } from "../watch.js";
import { Scanner } from "./scanner.js";

/** @typedef {import("../enrolment.js").Enrolment} Enrolment */

/** The link that the app was opened with, until it is used. */
let opened = "";

/** @param {string} link */
export function openWith(link) {
	opened = link;
}

export function Add() {
	const [enrolment, setEnrolment] = useState(/** @type {Enrolment | null} */ (null));
	const [scanning, setScanning] = useState(false);
	const [busy, setBusy] = useState(true);
	const [trouble, setTrouble] = useState("");
	/** @param {string} text */
	const take = async (text) => {
		const read = readLink(text);
		setScanning(false);
		if (read.kind === "foreign") return setTrouble(t("add.foreign"));
		if (read.kind === "elsewhere") return setTrouble(t("add.elsewhere", { host: read.host }));
		setTrouble("");
		setBusy(true);
		await claim(read.code).then(setEnrolment, (err) => setTrouble(err instanceof WrongHost ? t("add.wronghost") : messageOf(err)));
		setBusy(false);
	};
	useEffect(() => { void resume(take, setEnrolment).then(() => setBusy(false)); }, []);
	const leave = async () => {
		if (enrolment) await abandon(enrolment);
		go();
	};
	/** @param {string} text */
	const over = (text) => { setEnrolment(null); setTrouble(text); };
	if (enrolment?.confirm) return html`<${Digits} enrolment=${enrolment} />`;
	if (enrolment) return html`<${Register} enrolment=${enrolment} set=${setEnrolment} over=${over} leave=${leave} />`;
	if (scanning) return html`<${Scanner} found=${take} cancel=${() => setScanning(false)} />`;
	return html`
		<${Screen} title=${t("add.title")} back=${() => go()}>
			${busy ? html`<p role="status">${t("add.waiting")}</p>` : html`<${Begin} scan=${() => setScanning(true)} take=${take} trouble=${trouble} />`}
		<//>`;
}

/** Takes the link that the app was opened with, else goes on where the page was left. @param {(text: string) => Promise<void>} take @param {(e: Enrolment) => void} set */
async function resume(take, set) {
	const text = opened;
	opened = "";
	if (text) return take(text);
	const e = await underWay();
	if (e) set(e);
}

/** @param {{ scan: () => void, take: (text: string) => void, trouble: string }} props */
function Begin({ scan, take, trouble }) {
	const [text, setText] = useState("");
	/** @param {Event} e */
	const submit = (e) => { e.preventDefault(); take(text); };
	return html`
		<p class="lead">${t("add.intro")}</p>
		${trouble && html`<${Trouble} text=${trouble} />`}
		<button type="button" class="primary scan" onClick=${scan}><${Icon} name="scan" />${t("add.scan")}</button>
		<form onSubmit=${submit}>
			<${Field} label=${t("add.type")} hint=${t("add.type.hint")} value=${text} set=${setText} name="link" required
				autocomplete="off" autocapitalize="none" spellcheck=${false} />
			<button type="submit" class="secondary">${t("add.type.go")}</button>
		</form>`;
}

/** @param {{ enrolment: Enrolment, set: (e: Enrolment) => void, over: (text: string) => void, leave: () => void }} props */
function Register({ enrolment, set, over, leave }) {
	const { offer } = enrolment;
	const [lacks, setLacks] = useState(/** @type {Awaited<ReturnType<typeof lacking>> | null} */ (null));
	const look = () => lacking(offer.requirements).then(setLacks);
	useEffect(() => { void look(); }, []);
	return html`
		<${Screen} title=${t("add.for", { account: offer.account.label, tenant: offer.tenant.name })} back=${leave}>
			${lacks && lacks.length > 0 && html`<${Lacks} lack=${lacks[0]} required=${offer.requirements.notifications} look=${look} skip=${() => setLacks([])} />`}
			${lacks && lacks.length === 0 && html`<${Form} enrolment=${enrolment} set=${set} over=${over} />`}
		<//>`;
}

/** What to do about the first thing that is missing. @param {{ lack: string, required: boolean, look: () => Promise<void>, skip: () => void }} props */
function Lacks({ lack, required, look, skip }) {
	const allow = async () => {
		const allowed = await Notification.requestPermission();
		if (allowed === "granted" || required) return look();
		skip();
	};
	return html`
		<${Banner} kind="warning" title=${t("add.lacks.title")}>
			<p class="lack" data-lack=${lack}>${t(/** @type {import("../i18n.js").Key} */ ("add.lacks." + lack))}</p>
			${lack === "notifications"
				? html`<button type="button" class="primary allow" onClick=${allow}>${t("add.lacks.allow")}</button>`
				: html`<button type="button" class="secondary" onClick=${look}>${t("retry")}</button>`}
		<//>`;
}

/** @param {{ enrolment: Enrolment, set: (e: Enrolment) => void, over: (text: string) => void }} props */
function Form({ enrolment, set, over }) {
	const known = useModel().logins[0];
	const [holder, setHolder] = useState(known?.holder ?? "");
	const [label, setLabel] = useState(known?.label ?? browserName());
	const [code, setCode] = useState("");
	const [trouble, setTrouble] = useState("");
	const [said, setSaid] = useState("");
	const [busy, setBusy] = useState(false);
	const { code: sent } = enrolment.offer;
	/** @param {unknown} err */
	const failed = async (err) => {
		if (!ended(err)) return setTrouble(messageOf(err));
		await abandon((await underWay()) ?? enrolment);
		over(messageOf(err));
	};
	/** @param {Event} e */
	const submit = async (e) => {
		e.preventDefault();
		setTrouble("");
		if (!holder.trim() || !label.trim()) return setTrouble(t("add.missing"));
		setBusy(true);
		const said = { holder: holder.trim(), label: label.trim(), code: code.replace(/\D/g, "") };
		await underWay().then((kept) => complete(kept ?? enrolment, said)).then(set, failed);
		setBusy(false);
	};
	const again = async () => {
		setTrouble("");
		await resend(enrolment).then((e) => { set(e); setSaid(t("add.code.resent")); }, failed);
	};
	return html`
		<form class="register" onSubmit=${submit}>
			<${Field} label=${t("add.holder")} hint=${t("add.holder.hint")} value=${holder} set=${setHolder} maxlength="60" autocomplete="name" name="holder" />
			<${Field} label=${t("add.label")} value=${label} set=${setLabel} maxlength="60" autocomplete="off" name="label" />
			${sent && html`
				<${Field} label=${t("add.code")} hint=${t(sent.method === "sms" ? "add.code.sms" : "add.code.email", { address: sent.address })} value=${code}
					set=${setCode} inputmode="numeric" autocomplete="one-time-code" maxlength="8" name="code" />
				<button type="button" class="link resend" onClick=${again}>${t("add.code.resend")}</button>
				<p role="status" class="hint">${said}</p>`}
			${trouble && html`<${Trouble} text=${trouble} />`}
			<button type="submit" class="primary" disabled=${busy}>${busy ? t("add.waiting") : t("add.create")}</button>
			<p class="hint">${t("add.create.hint")}</p>
		</form>`;
}

const often = 2000; // milliseconds

/** @param {{ enrolment: Enrolment }} props */
function Digits({ enrolment }) {
	const { offer, device, confirm = "" } = enrolment;
	const { logins, questions } = useModel();
	const login = logins.find((l) => l.id === device);
	const [asked, setAsked] = useState(false);
	const active = login?.status === "active";
	const waiting = questions.find((q) => q.device === device)?.name;
	const names = { account: offer.account.label, tenant: offer.tenant.name };
	useEffect(() => {
		if (active) return void finished().then(look);
		const ask = () => void refresh().then(() => setAsked(true), () => undefined);
		ask();
		const timer = setInterval(ask, often);
		return () => clearInterval(timer);
	}, [active]);
	useEffect(() => { if (active && waiting) replace("question", ...waiting.split("/")); }, [active, waiting]); // a first login waits for its phone
	const close = () => { void finished(); replace(); };
	if (active) {
		return html`
			<${Screen} title=${t("add.active.title")} tone="over good">
				<div class="sign"><${Icon} name="check" /></div>
				<p class="lead active">${t("add.active.text", names)}</p>
				<button type="button" class="primary close" onClick=${close}>${t("done")}</button>
			<//>`;
	}
	if (asked && !login) {
		return html`
			<${Screen} title=${t("add.failed.title")} tone="over bad">
				<div class="sign"><${Icon} name="cross" /></div>
				<p class="lead">${t("add.failed.text")}</p>
				<button type="button" class="primary close" onClick=${close}>${t("done")}</button>
			<//>`;
	}
	return html`
		<${Screen} title=${t("add.digits.title")}>
			<p class="lead">${t("add.digits.text")}</p>
			<p class="digits" aria-label=${[...confirm].join(" ")}>${confirm.slice(0, 3)}<span> </span>${confirm.slice(3)}</p>
			<p role="status" class="busy">${t("add.digits.waiting")}</p>
		<//>`;
}
