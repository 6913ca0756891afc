// What is asked, and the person's answer.

import { decide } from "../answers.js";
import { current } from "../model.js";
import { t } from "../i18n.js";
import { go, replace } from "../route.js";
import { Sending } from "../sending.js";
import { listen } from "../tabs.js";
import { update } from "../updates.js";
import { messageOf, unsent } from "../trouble.js";
import { announce, html, Icon, Screen, Trouble, useEffect, useModel, useNow, useRef, useState } from "../view.js";
import { endOf, look } from "../watch.js";
import { Facts } from "../facts.js";
import { Keypad } from "./keypad.js";
import { Over } from "./over.js";

/** @typedef {import("../question.js").Question} Question */
/** @typedef {import("../question.js").Document} Document */
/** @typedef {import("../question.js").Decision} Decision */
/** @typedef {import("../answers.js").Result} Result */
/** @typedef {Result | { kind: "ended" } | { kind: "here" }} End */

/** The screen of one question, from whatever was known when it opened. @param {{ id: string, device: string }} props */
export function QuestionScreen({ id, device }) {
	const model = useModel();
	const pending = model.questions.find((q) => q.id === id && (!device || q.device === device));
	const [question, setQuestion] = useState(pending ?? null);
	const [end, setEnd] = useState(/** @type {End | null} */ (null));
	const [decision, setDecision] = useState(/** @type {Decision | null} */ (null));
	const answering = useRef(false);
	useEffect(() => { if (pending && !question) setQuestion(pending); }, [pending]);
	useEffect(() => { if (!pending && !end && !answering.current && model.reachable) void why(id, setEnd); }, [pending, model.reachable]);
	useEffect(() => listenFor(question?.name, () => { if (!answering.current) setEnd((before) => before ?? { kind: "here" }); }), [question?.name]);

	const q = pending ?? question;
	/** @param {Decision} d @param {Result} result */
	const ended = (d, result) => { setDecision(d); setEnd(result); };
	if (end) return html`<${Over} question=${q} end=${end} decision=${decision} ended=${ended} close=${next} />`;
	if (!q) return html`<${Screen} title=${t("ask.login")} back=${() => go()}><p role="status">${model.reachable ? t("add.waiting") : t("home.offline")}</p><//>`;
	if (!q.document) return html`<${Newer} />`;
	return html`<${Ask} key=${q.name} question=${q} document=${q.document} answering=${answering} ended=${ended} expired=${() => setEnd({ kind: "expired" })} />`;
}

/** @param {string | undefined} name @param {() => void} act */
function listenFor(name, act) {
	return listen((m) => { if (m.type === "answered" && m.name === name) act(); });
}

/** @param {string} id @param {(end: End) => void} tell */
async function why(id, tell) {
	try {
		const end = await endOf(id);
		if (end.kind === "pending") look();
		else tell(end);
	} catch {
		look(); // no network: asked again once there is one
	}
}

/** Goes on to what else waits, or home. */
function next() {
	const [, id] = location.hash.split("/").slice(1);
	const other = current().questions.find((q) => q.id !== id && q.document);
	if (other) replace("question", ...other.name.split("/"));
	else replace();
}

/** Something that this version must not show. */
function Newer() {
	return html`
		<${Screen} title=${t("ask.update.title")} back=${() => go()}>
			<p class="lead">${t("ask.update.text")}</p>
			<button type="button" class="primary" onClick=${update}>${t("ask.update.action")}</button>
		<//>`;
}

/**
 * @param {{ question: Question, document: Document, answering: { current: boolean },
 *   ended: (d: Decision, result: Result) => void, expired: () => void }} props
 */
function Ask({ question, document, answering, ended, expired }) {
	const now = useNow();
	const left = document.expires - now;
	const [number, setNumber] = useState("");
	const [stage, setStage] = useState(/** @type {"asking" | import("../answers.js").Progress} */ ("asking"));
	const [given, setGiven] = useState(/** @type {Decision | null} */ (null));
	const [trouble, setTrouble] = useState("");
	useEffect(() => { if (left <= 0 && stage === "asking") expired(); }, [left <= 0, stage]);
	useAnnouncements(left);

	/** @param {Decision} decision */
	const answer = async (decision) => {
		if (answering.current) return;
		answering.current = true;
		setGiven(decision);
		setTrouble("");
		try {
			const result = await decide(question, decision, decision === "approve" ? number : "", setStage);
			const again = messageOfResult(result);
			if (!again) return ended(decision, result);
			setTrouble(again);
		} catch (err) {
			setTrouble(messageOf(err));
		}
		answering.current = false;
		setNumber("");
		setStage("asking");
	};
	const title = document.kind === "transaction" ? t("ask.transaction") : t("ask.login");
	return html`
		<${Screen} title=${title} back=${() => go()} tone="asking">
			<${Left} left=${left} whole=${document.expires - document.created} />
			<${Facts} document=${document} question=${question} now=${now} />
			${stage === "asking" && html`
				<${Approving} document=${document} number=${number} setNumber=${setNumber} trouble=${trouble} approve=${() => answer("approve")} />
				<div class="refusals">
					<button type="button" class="deny" onClick=${() => answer("deny")}><${Icon} name="cross" />${t("ask.deny")}</button>
					<button type="button" class="report" onClick=${() => answer("report")}><${Icon} name="flag" />${t("ask.report")}</button>
				</div>`}
			<${Sending} stage=${stage} decision=${given} />
			<${Others} question=${question} />
		<//>`;
}

/** Says what to try again; empty: the answer is final. @param {Result} r */
function messageOfResult(r) {
	switch (r.kind) {
		case "wrong-number": return r.left === 0 ? "" : r.left === 1 ? t("ask.wrong.last") : t("ask.wrong", { left: r.left });
		default: return unsent(r);
	}
}

/** @param {{ document: Document, number: string, setNumber: (n: string) => void, trouble: string, approve: () => void }} props */
function Approving({ document, number, setNumber, trouble, approve }) {
	const transaction = document.kind === "transaction";
	if (document.digits === 0) {
		return html`${trouble && html`<${Trouble} text=${trouble} />`}
			<button type="button" class="primary approve" onClick=${approve}>${transaction ? t("ask.approve.plain.transaction") : t("ask.approve.plain")}</button>`;
	}
	return html`
		<section class="number" aria-labelledby="number">
			<h2 id="number">${transaction ? t("ask.number.transaction") : t("ask.number")}</h2>
			${trouble && html`<${Trouble} text=${trouble} />`}
			<${Keypad} digits=${document.digits} typed=${number} set=${setNumber} />
			<button type="button" class="primary approve" disabled=${number.length !== document.digits} onClick=${approve}>${t("ask.approve")}</button>
		</section>`;
}

/** @param {{ left: number, whole: number }} props */
function Left({ left, whole }) {
	const seconds = Math.max(Math.floor(left / 1000), 0);
	const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
	return html`
		<div class=${"left" + (seconds < 30 ? " soon" : "")}>
			<span>${t("ask.left")}</span><span class="clock">${clock}</span>
			<progress aria-label=${t("ask.left")} max=${whole} value=${Math.max(left, 0)}></progress>
		</div>`;
}

/** Tells a screen reader the time now and then, not every second. @param {number} left */
function useAnnouncements(left) {
	const seconds = [60, 30, 10].find((at) => Math.ceil(left / 1000) === at);
	useEffect(() => { if (seconds) announce(t("ask.left.soon", { seconds })); }, [seconds]);
}

/** @param {{ question: Question }} props */
function Others({ question }) {
	const count = useModel().questions.filter((q) => q.id !== question.id).length;
	return count > 0 && html`<p class="others"><button type="button" class="link" onClick=${() => go()}>${t("ask.several", { count })}</button></p>`;
}
