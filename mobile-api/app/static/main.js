// Starts the app: takes a link that it was opened with, shows what is known, then asks the server.

import { sendKept } from "./answers.js";
import { language, loadLanguage, t } from "./i18n.js";
import { recall, refresh, refreshNotices, refreshRecoveries, report, unwakeable } from "./logins.js";
import { change, current, subscribe } from "./model.js";
import { notifications } from "./posture.js";
import { renew } from "./push.js";
import { go, route, useRoute } from "./route.js";
import { read } from "./store.js";
import { listen } from "./tabs.js";
import { hasTrace } from "./trace.js";
import { lookForUpdate, register } from "./updates.js";
import { html, Icon, Screen, useEffect, useModel, useState } from "./view.js";
import { render } from "./vendor/htm-preact.js";
import { look, watch } from "./watch.js";
import { Add, openWith } from "./screens/add.js";
import { Answer } from "./screens/answer.js";
import { History } from "./screens/history.js";
import { Home } from "./screens/home.js";
import { Login } from "./screens/login.js";
import { QuestionScreen } from "./screens/question.js";
import { Settings } from "./screens/settings.js";

function App() {
	const [at, id = "", device = ""] = useRoute();
	const [, redraw] = useState(0);
	useEffect(() => addEventListener("languagechange", () => redraw((n) => n + 1)), []);
	switch (at) {
		case "question": return html`<${QuestionScreen} key=${id + device} id=${id} device=${device} />`;
		case "add": return html`<${Add} />`;
		case "login": return html`<${Login} key=${id} id=${id} />`;
		case "history": return html`<${History} /><${Sections} at=${at} />`;
		case "answer": return html`<${Answer} key=${id} at=${Number(id)} />`;
		case "settings": return html`<${Settings} /><${Sections} at=${at} />`;
		default: return html`<${Home} /><${Sections} at="home" />`;
	}
}

/** @param {{ at: string }} props */
function Sections({ at }) {
	const waiting = useModel().questions.length;
	const sections = /** @type {const} */ (["home", "history", "settings"]);
	return html`
		<nav aria-label=${t("nav.label")}>
			${sections.map((name) => html`
				<a href=${name === "home" ? "#/" : "#/" + name} aria-current=${at === name ? "page" : undefined}>
					<${Icon} name=${name} /><span>${t(`nav.${name}`)}</span>${name === "home" && waiting > 0 && html`<span class="count">${waiting}</span>`}
				</a>`)}
		</nav>`;
}

function Broken() {
	return html`<${Screen} title=${t("broken.title")}><p class="lead">${t("broken.text")}</p><//>`;
}

/** Takes the code out of the address, where it would stay in the browser's history. */
function takeLink() {
	if (!location.pathname.endsWith("/enrol")) return;
	openWith(location.href);
	history.replaceState(null, "", new URL("./#/add", document.baseURI));
}

const idle = () => !["question", "add", "answer"].includes(route()[0] ?? "");

/** Opens a question that has just come, unless the person is in the middle of something. */
function openNew() {
	/** @type {Set<string>} */
	const shown = new Set();
	subscribe(() => {
		for (const q of current().questions) {
			if (shown.has(q.name)) continue;
			shown.add(q.name);
			if (idle()) go("question", ...q.name.split("/"));
		}
	});
}

/** What the worker says: a push has come, or its notification was tapped. @param {any} message */
function hear(message) {
	if (message.type === "tested") return change({ tested: message.id });
	look();
	void keepUp();
	if (message.type === "open" && message.id) go("question", message.id);
}

async function start() {
	takeLink();
	const root = /** @type {HTMLElement} */ (document.getElementById("app"));
	const spoken = loadLanguage();
	try {
		const [token, key] = await Promise.all([read("token"), read("key"), recall()]);
		change({ enrolled: token !== undefined, evicted: !token && (hasTrace() || (!key && notifications() === "granted")) });
	} catch {
		await spoken;
		return render(html`<${Broken} />`, root);
	}
	openNew();
	void watch();
	await spoken;
	document.documentElement.lang = language();
	const kept = keepUp(); // while the screen is made
	render(html`<${App} />`, root);
	navigator.serviceWorker?.addEventListener("message", (e) => hear(e.data));
	listen((m) => { if (m.type === "logins") void refresh(); });
	addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") void keepUp().then(lookForUpdate); });
	addEventListener("online", () => void keepUp());
	await register(idle);
	await kept.then(lookForUpdate);
}

/** Asks for what is seldom news; what fails is asked for again when the app is next looked at. */
async function keepUp() {
	if (!(await read("token"))) return;
	const fresh = refresh();
	await Promise.allSettled([sendKept(), fresh]); // alone, as they are what people wait for
	await Promise.allSettled([fresh.then(() => renew(unwakeable())), refreshRecoveries(), refreshNotices(), report()]);
}

void start();
