// What went wrong, as a sentence for a person.

import { Refusal, Unreachable } from "./api.js";
import { t } from "./i18n.js";
import { NotUnlocked } from "./passkey.js";

/** What the server's codes mean to a person, who may not read the language that its details are in. @type {Record<string, import("./i18n.js").Key>} */
const sentences = {
	"unknown-enrolment": "add.used",
	"code-too-soon": "add.code.soon",
	"too-many-codes": "add.code.many",
	"screen-lock-required": "add.lacks.screen-lock",
	"notifications-off": "add.lacks.notifications-blocked",
	"os-too-old": "refused.old",
	"attestation-required": "refused.key",
	"hardware-key-required": "refused.key",
	"cannot-receive-sms": "refused.nosms",
	"no-number": "refused.noaddress",
	"no-address": "refused.noaddress",
	"number-changed": "refused.changed",
	"address-changed": "refused.changed",
	"sms-too-many": "refused.nocode",
	"sms-budget-spent": "refused.nocode",
	"sms-no-price": "refused.nocode",
	"email-too-many": "refused.nocode",
	"method-disabled": "refused.disabled",
	"invalid-request": "refused.invalid",
	"unauthorized": "refused.unauthorized",
	"unknown-device": "refused.ended",
	"unknown-notice": "refused.ended",
	"unknown-recovery": "refused.ended",
	"recovery-ended": "refused.ended",
	"unknown-approval": "end.gone.text",
	"too-many-waiting": "refused.soon",
	"internal": "refused.internal",
	"unavailable": "refused.internal",
};

/** @param {unknown} err */
export function messageOf(err) {
	if (err instanceof Unreachable) return t(err.status ? byStatus(err.status) : "add.offline");
	if (err instanceof NotUnlocked) return t("add.notunlocked");
	if (!(err instanceof Refusal)) return t("wrong");
	switch (err.code) {
		case "wrong-code": return err.members.attempts_left > 0 ? t("add.code.wrong", { left: err.members.attempts_left }) : t("add.code.over");
		case "method-paused": return t("add.paused", { minutes: Math.ceil(err.retryAfter / 60) || 1 });
		default: return String(err.members.text ?? "") || t(sentences[err.code] ?? byStatus(err.status));
	}
}

/** For codes of a newer server, and for proxies, which give none. @param {number} status @returns {import("./i18n.js").Key} */
function byStatus(status) {
	if (status === 429) return "refused.soon";
	return status >= 500 ? "refused.internal" : "refused";
}

/** Why an answer was not sent; empty: it was. @param {import("./answers.js").Result} r */
export function unsent(r) {
	switch (r.kind) {
		case "not-unlocked": return t("ask.notunlocked");
		case "no-passkey": return t("ask.nopasskey");
		default: return "";
	}
}
