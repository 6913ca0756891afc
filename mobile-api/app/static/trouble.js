// What went wrong, as a sentence for a person.

import { Refusal, Unreachable } from "./api.js";
import { t } from "./i18n.js";
import { NotUnlocked } from "./passkey.js";

/** @param {unknown} err */
export function messageOf(err) {
	if (err instanceof Unreachable) return t("add.offline");
	if (err instanceof NotUnlocked) return t("add.notunlocked");
	if (!(err instanceof Refusal)) return t("wrong");
	switch (err.code) {
		case "unknown-enrolment": return t("add.used");
		case "wrong-code": return err.members.attempts_left > 0 ? t("add.code.wrong", { left: err.members.attempts_left }) : t("add.code.over");
		case "method-paused": return t("add.paused", { minutes: Math.ceil(err.retryAfter / 60) || 1 });
		case "code-too-soon": return t("add.code.soon");
		case "too-many-codes": return t("add.code.many");
		case "screen-lock-required": return t("add.lacks.screen-lock");
		case "notifications-off": return t("add.lacks.notifications-blocked");
		default: return String(err.members.text ?? "") || err.detail || t("wrong");
	}
}

/** Why an answer was not sent; empty: it was. @param {import("./answers.js").Result} r */
export function unsent(r) {
	switch (r.kind) {
		case "not-unlocked": return t("ask.notunlocked");
		case "no-passkey": return t("ask.nopasskey");
		default: return "";
	}
}
