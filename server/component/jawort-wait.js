// @ts-check
/**
 * <jawort-wait>: shows a person how to confirm a login or transaction, waits with them for its end, and says it in the event
 * `jawort-end`. It decides nothing: whether somebody is signed in, the login service asks Jawort.
 * How to embed it: docs/waiting-page.md. Licence: Apache-2.0.
 */

/** @typedef {Record<string, any>} Body what the server says: docs/openapi.yaml */
/** @typedef {{ status: string, method?: string }} End */
/** @typedef {{ ok: boolean, code: string, body: Body, after: number }} Answer `after` is in seconds; 0: not said */

const second = 1000;
/** Before other methods are offered while no question has arrived. */
const patience = 10 * second;
/** After the end, in which the outcome may still be on its way. */
const grace = 20 * second;
/** That an approval can be open at all. */
const longest = 1800 * second;
/** Between two questions, and between two codes. */
const pause = 20;

/** What is said, in English and German; refusals under the server's and the browser's names. */
const texts = `
confirmPhone
  Confirm on your phone
  Auf dem Telefon bestätigen
confirm
  Confirm that it is you
  Bestätigen Sie, dass Sie es sind
typeNumber
  Type this number into the app on your phone:
  Geben Sie diese Zahl in der App auf Ihrem Telefon ein:
openPhone
  Open the app on your phone and answer the question.
  Öffnen Sie die App auf Ihrem Telefon und beantworten Sie die Frage.
yourNumber
  Your number
  Ihre Zahl
waking
  Your phone is being woken …
  Ihr Telefon wird geweckt …
sent
  The question was sent to your phone.
  Die Frage wurde an Ihr Telefon gesendet.
failed
  Your phone could not be woken. Open the app yourself: the question is waiting there.
  Ihr Telefon ließ sich nicht wecken. Öffnen Sie die App selbst: Die Frage wartet dort.
received
  The question is on the phone.
  Die Frage ist auf dem Telefon.
offline
  The connection is interrupted. Trying again …
  Die Verbindung ist unterbrochen. Neuer Versuch …
left
  Time left
  Verbleibende Zeit
secondsLeft
  {n} seconds left
  Noch {n} Sekunden
over
  The time for the phone is over.
  Die Zeit für das Telefon ist um.
openApp
  Open the app
  App öffnen
resend
  Send the question again
  Frage erneut senden
resent
  Sent again.
  Erneut gesendet.
another
  Use another method
  Anders bestätigen
slow
  Nothing on your phone? Open the app, or use another method:
  Nichts auf dem Telefon? Öffnen Sie die App, oder bestätigen Sie anders:
back
  Back
  Zurück
submit
  Confirm
  Bestätigen
next
  Continue
  Weiter
code
  Code
  Code
tries
  Tries left: {n}.
  Verbleibende Versuche: {n}.
change
  Send it elsewhere
  Woandershin senden
push
  Companion app on your phone
  App auf Ihrem Telefon
sms
  Code by SMS
  Code per SMS
email
  Code by e-mail
  Code per E\u2011Mail
passkey
  Passkey
  Passkey
totp
  Authenticator app
  Authenticator-App
recovery
  Recovery code
  Wiederherstellungscode
bypass
  Code from support
  Code vom Support
pushHint
  Recommended: you see what you confirm
  Empfohlen: Sie sehen, was Sie bestätigen
smsHint
  We send a code to your mobile number
  Wir senden einen Code an Ihre Mobilnummer
emailHint
  We send a code to your e-mail address
  Wir senden einen Code an Ihre E\u2011Mail-Adresse
passkeyHint
  Fingerprint, face or PIN of this device
  Fingerabdruck, Gesicht oder PIN dieses Geräts
totpHint
  An app that shows a new code every 30 seconds
  Eine App, die alle 30 Sekunden einen neuen Code zeigt
recoveryHint
  One of the codes on your list
  Einer der Codes auf Ihrer Liste
bypassHint
  A code that support gave you
  Ein Code, den der Support Ihnen gegeben hat
sentTo
  We sent a code to {address}. Only the newest one counts.
  Wir haben einen Code an {address} gesendet. Nur der neueste gilt.
codequeued
  The code is being sent …
  Der Code wird gesendet …
codesent
  The code was handed over for delivery.
  Der Code wurde zur Zustellung übergeben.
codedelivered
  The code was delivered.
  Der Code wurde zugestellt.
codefailed
  The code could not be delivered. Send a new one, or use another method.
  Der Code ließ sich nicht zustellen. Senden Sie einen neuen, oder nehmen Sie einen anderen Weg.
passkeyAsk
  Your browser asks for your fingerprint, face or PIN.
  Ihr Browser fragt nach Fingerabdruck, Gesicht oder PIN.
totpAsk
  Type the code that your authenticator app shows for this login.
  Geben Sie den Code ein, den Ihre Authenticator-App für diese Anmeldung zeigt.
recoveryAsk
  Type one of your recovery codes. Each works once.
  Geben Sie einen Ihrer Wiederherstellungscodes ein. Jeder gilt einmal.
bypassAsk
  Type the code that support gave you.
  Geben Sie den Code ein, den der Support Ihnen gegeben hat.
again
  Send a new code
  Neuen Code senden
noneLeft
  No more codes can be sent for this login.
  Für diese Anmeldung kann kein Code mehr gesendet werden.
setUp
  Set up how you confirm
  Richten Sie ein, wie Sie bestätigen
setUpWhy
  So that nobody but you can sign in. Choose one:
  Damit sich niemand außer Ihnen anmelden kann. Wählen Sie:
recommend
  We recommend {n} ways, in case you lose one.
  Wir empfehlen {n} Wege, falls Sie einen verlieren.
require
  You need {n} ways.
  Sie brauchen {n} Wege.
scan
  Set up your phone
  Telefon einrichten
scanWhy
  Scan this code with your phone’s camera and follow what the phone says.
  Scannen Sie diesen Code mit der Kamera Ihres Telefons und folgen Sie dem, was das Telefon sagt.
scanHere
  Set up on this device
  Auf diesem Gerät einrichten
scanCode
  The phone will ask for a code that we send you.
  Das Telefon fragt nach einem Code, den wir Ihnen senden.
qr
  QR code to scan with your phone
  QR-Code, den Sie mit Ihrem Telefon scannen
claimed
  Your phone is being set up. Go on there.
  Ihr Telefon wird eingerichtet. Machen Sie dort weiter.
digitsAsk
  Type the six digits that your phone shows now.
  Geben Sie die sechs Ziffern ein, die Ihr Telefon jetzt zeigt.
digits
  Six digits
  Sechs Ziffern
bound
  Your phone is set up. Now confirm this login with it: open the app.
  Ihr Telefon ist eingerichtet. Bestätigen Sie damit jetzt diese Anmeldung: Öffnen Sie die App.
totpSetUp
  Set up an authenticator app
  Authenticator-App einrichten
totpScan
  Scan this code with your authenticator app, or type the key into it. Then type the code that the app shows.
  Scannen Sie diesen Code mit Ihrer Authenticator-App, oder geben Sie dort den Schlüssel ein. Geben Sie dann den Code ein, den die App zeigt.
totpOpen
  Open an authenticator app on this device
  Authenticator-App auf diesem Gerät öffnen
key
  Key
  Schlüssel
where
  Where should the code go?
  Wohin soll der Code gehen?
number
  Mobile number
  Mobilnummer
numberHint
  With the country code: +49 151 23456789
  Mit Ländervorwahl: +49 151 23456789
address
  E-mail address
  E\u2011Mail-Adresse
sendCode
  Send the code
  Code senden
more
  You are confirmed
  Sie sind bestätigt
moreWhy
  Set up a second way, in case you lose the first.
  Richten Sie einen zweiten Weg ein, falls Sie den ersten verlieren.
moreNeeded
  Your organisation asks for one more way.
  Ihre Organisation verlangt noch einen Weg.
codes
  Your recovery codes
  Ihre Wiederherstellungs\u00adcodes
codesWhy
  Each signs you in once if you have lost everything else. They are shown only now: print them, or keep them with your passwords.
  Jeder gilt einmal, wenn Sie alles andere verloren haben. Sie werden nur jetzt gezeigt: Drucken Sie sie aus, oder bewahren Sie sie bei Ihren Passwörtern auf.
copy
  Copy
  Kopieren
copied
  Copied.
  Kopiert.
print
  Print
  Drucken
kept
  I have kept them
  Ich habe sie aufbewahrt
nothing
  This login cannot be confirmed here
  Diese Anmeldung lässt sich hier nicht bestätigen
nothingWhy
  Nothing that is set up for it can be used here.
  Nichts, was dafür eingerichtet ist, geht hier.
support
  Do you need help?
  Brauchen Sie Hilfe?
approved
  Confirmed
  Bestätigt
approvedWhy
  Just a moment …
  Einen Moment noch …
denied
  Not confirmed
  Nicht bestätigt
deniedWhy
  It was refused on a phone, or a wrong number was typed three times. Nothing was done.
  Auf einem Telefon wurde abgelehnt oder dreimal eine falsche Zahl eingegeben. Es ist nichts geschehen.
reported
  Reported as fraud
  Als Betrug gemeldet
reportedWhy
  Somebody reported this request as fraud. Nothing was done. If it was not you, change your password.
  Jemand hat diese Anfrage als Betrug gemeldet. Es ist nichts geschehen. Waren Sie es nicht, ändern Sie Ihr Passwort.
expired
  Time is over
  Die Zeit ist um
expiredWhy
  Nobody answered in time. Please start again.
  Niemand hat rechtzeitig geantwortet. Bitte beginnen Sie neu.
cancelled
  Cancelled
  Abgebrochen
cancelledWhy
  The request was cancelled. Nothing was done.
  Die Anfrage wurde abgebrochen. Es ist nichts geschehen.
superseded
  Replaced
  Ersetzt
supersededWhy
  A newer request from this browser has taken over. Go on there.
  Eine neuere Anfrage aus diesem Browser hat übernommen. Machen Sie dort weiter.
lost
  Please start again
  Bitte beginnen Sie neu
lostWhy
  This page has lost its request.
  Diese Seite hat ihre Anfrage verloren.
wrong-code
  This code is wrong, too old or used already. Only the newest one counts.
  Dieser Code ist falsch, zu alt oder schon benutzt. Nur der neueste gilt.
method-paused
  Too many wrong tries: this method pauses. Use another one, or wait {n} min.
  Zu viele falsche Versuche: Dieser Weg pausiert. Nehmen Sie einen anderen, oder warten Sie {n} min.
method-disabled
  Too many wrong tries: this method is disabled. Use another one, or ask support.
  Zu viele falsche Versuche: Dieser Weg ist gesperrt. Nehmen Sie einen anderen, oder fragen Sie den Support.
method-not-offered method-not-active no-rp-id no-sender not-for-transactions amount-and-payee-required
  This method cannot be used here. Use another one.
  Dieser Weg geht hier nicht. Nehmen Sie einen anderen.
code-too-soon resend-too-soon
  It was sent a moment ago. Wait a little.
  Gerade eben wurde gesendet. Warten Sie ein wenig.
too-many-codes
  A code was sent three times already. Use the newest one, or another method.
  Es wurde schon dreimal ein Code gesendet. Nehmen Sie den neuesten, oder einen anderen Weg.
sms-too-many sms-budget-spent sms-no-price email-too-many
  No code can be sent there at present. Use another method.
  Dorthin kann zurzeit kein Code gesendet werden. Nehmen Sie einen anderen Weg.
cannot-receive-sms
  This is not a mobile number, so no SMS can be sent to it.
  Das ist keine Mobilnummer, also kann dorthin keine SMS gehen.
no-address no-number
  No number or address is on record for this. Use another method, or ask support.
  Dafür ist keine Nummer oder Adresse hinterlegt. Nehmen Sie einen anderen Weg, oder fragen Sie den Support.
number-changed address-changed
  Your number or address was changed a short time ago and cannot be used yet. Use another method, or ask support.
  Ihre Nummer oder Adresse wurde vor Kurzem geändert und gilt noch nicht. Nehmen Sie einen anderen Weg, oder fragen Sie den Support.
number-required contact-required
  Your mobile number or e-mail address must be on record first. Ask support.
  Zuerst muss Ihre Nummer oder Adresse hinterlegt sein. Fragen Sie den Support.
on-record-only
  Codes go only to the number and the address on record. Ask support if they are wrong.
  Codes gehen nur an die hinterlegte Nummer und Adresse. Stimmen sie nicht, fragen Sie den Support.
has-method
  This login has a method already. Start again and confirm with it.
  Für diese Anmeldung ist schon ein Weg eingerichtet. Beginnen Sie neu, und bestätigen Sie damit.
device-limit too-many-passkeys
  No more of these can be set up for this login.
  Für diese Anmeldung kann davon nichts mehr eingerichtet werden.
enrolment-ended no-activation unknown-enrolment
  The time for this is over. Start it again.
  Die Zeit dafür ist um. Beginnen Sie damit neu.
not-completed
  The phone has not got that far yet. Follow what it says.
  Das Telefon ist noch nicht so weit. Folgen Sie dem, was es sagt.
wrong-digits
  These are not the digits that the phone shows.
  Das sind nicht die Ziffern, die das Telefon zeigt.
wrong-passkey
  This passkey does not belong to this login.
  Dieser Passkey gehört nicht zu dieser Anmeldung.
NotAllowedError
  It was cancelled or took too long, or this device has no such passkey. Try again, or use another method.
  Es wurde abgebrochen oder dauerte zu lange, oder dieses Gerät hat keinen solchen Passkey. Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.
UnknownError
  The passkey could not be used. Try again, or use another method.
  Der Passkey ließ sich nicht benutzen. Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.
InvalidStateError
  This device has a passkey for this login already. Use another method.
  Dieses Gerät hat schon einen Passkey für diese Anmeldung. Nehmen Sie einen anderen Weg.
NotSupportedError ConstraintError
  This browser or device has no passkeys. Use another one, or another method.
  Dieser Browser oder dieses Gerät hat keine Passkeys. Nehmen Sie ein anderes, oder einen anderen Weg.
SecurityError
  The passkeys of this login do not belong to the address of this page. Check it, and ask support.
  Die Passkeys dieser Anmeldung gehören nicht zur Adresse dieser Seite. Prüfen Sie diese, und fragen Sie den Support.
framed
  Another page around this one allows no passkeys. Open this page by itself, or use another method.
  Eine andere Seite um diese herum erlaubt keine Passkeys. Öffnen Sie diese für sich allein, oder nehmen Sie einen anderen Weg.
resend-limit
  The question was sent three times already. Open the app: it is waiting there.
  Die Frage wurde schon dreimal gesendet. Öffnen Sie die App: Sie wartet dort.
push-limit push-paused
  Your phone is not woken at present. Open the app: the question is waiting there.
  Ihr Telefon wird zurzeit nicht geweckt. Öffnen Sie die App: Die Frage wartet dort.
internal unavailable too-many-waiting
  The service does not answer as it should. Try again in a moment.
  Der Dienst antwortet nicht, wie er soll. Versuchen Sie es gleich noch einmal.
no-answer
  The service could not be reached. Check your connection and try again.
  Der Dienst war nicht zu erreichen. Prüfen Sie Ihre Verbindung, und versuchen Sie es noch einmal.
wrong-field-code
  This cannot be the code. Check what you typed.
  Das kann nicht der Code sein. Prüfen Sie Ihre Eingabe.
wrong-field-phone
  This is not a complete number. Type it with the country code.
  Das ist keine vollständige Nummer. Geben Sie sie mit Ländervorwahl ein.
wrong-field-email
  This is not an e-mail address.
  Das ist keine E\u2011Mail-Adresse.
empty
  Type something first.
  Bitte geben Sie etwas ein.
restart
  Start it again
  Neu beginnen
`.trim().split(/\n\s*/);

const languages = ["en", "de"];
const catalogues = languages.map((_, i) => Object.fromEntries(
  texts.flatMap((names, at) => (at % 3 ? [] : names.split(" ").map((name) => [name, texts[at + i + 1]]))),
));

/**
 * How a person may confirm, in the order in which it is offered; by nothing else.
 * `sends` gets its code from the server; `digits` are typed on a number pad.
 * @type {Record<string, { icon: string, sends?: boolean, digits?: boolean }>}
 */
const ways = {
  push: { icon: "M8 2h8a1 1 0 0 1 1 1v18a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1zM11 19h2" },
  passkey: { icon: "M14 10a4.5 4.5 0 1 0-3 3l1 1h2v2h2v2l1 1h3v-3z" },
  totp: { icon: "M12 3a9 9 0 1 0 9 9M12 7v5l3 2", digits: true },
  sms: { icon: "M4 5h16v11H9l-5 4zM8 9h8M8 12h5", sends: true, digits: true },
  email: { icon: "M3 6h18v12H3zM3 7l9 7 9-7", sends: true, digits: true },
  recovery: { icon: "M6 3h12v18H6zM9 8h6M9 12h6M9 16h3" },
  bypass: { icon: "M4 14v-2a8 8 0 0 1 16 0v2M4 14h3v5H4zM17 14h3v5h-3z" },
};

/**
 * Colours by their names in looks/tokens.css: in light, in dark, and what a page replaces them by (--jawort-NAME).
 * @type {Record<string, [string, string, string?]>}
 */
const colours = {
  accent: ["#1f5fbf", "#8fb8f6"],
  "accent-strong": ["#174a96", "#b3d0fa", "accent"],
  "on-accent": ["#ffffff", "#0c1d36"],
  text: ["#1a1f27", "#eceff4"],
  quiet: ["#565f6c", "#a8b1bf", "muted"],
  card: ["#ffffff", "#1c2128", "background"],
  ground: ["#f6f7f9", "#12151a", "surface"],
  line: ["#d5dae1", "#39414d", "border"],
  field: ["#565f6c", "#a8b1bf"],
  bad: ["#b3261e", "#ff9d93", "error"],
  good: ["#14713d", "#7ed6a0", "success"],
};

/** @param {(light: string, dark: string) => string} pick */
const palette = (pick) => Object.entries(colours).map(([name, [light, dark, page]]) => `--${name}: var(--jawort-${page ?? name}, ${pick(light, dark)});`).join(" ");

const css = `
/* looks/elements.css */
:host {
  ${palette((light) => light)}
  --accent-soft: var(--ground);
  --radius: var(--jawort-radius, .875rem);
  display: block;
  max-inline-size: var(--jawort-width, 26rem);
  font: 1rem/1.5 var(--jawort-font, system-ui, sans-serif);
  color: var(--text);
}
@supports (color: light-dark(#000, #fff)) {
  :host { ${palette((light, dark) => `light-dark(${light}, ${dark})`)} }
}
:host([hidden]) { display: none; }
*, ::before { box-sizing: border-box; }
section { display: grid; gap: 1rem; }
.card {
  padding: clamp(1.25rem, 6vw, 2rem);
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: calc(var(--radius) * 1.5);
  overflow-wrap: anywhere;
}
h2 { font-size: 1.375rem; hyphens: auto; -webkit-hyphens: auto; }
h2:focus-visible { outline: none; }
.muted { color: var(--quiet); }
.small { font-size: .875rem; }
.number {
  display: flex; justify-content: center; flex-wrap: wrap; gap: 0 .35em;
  padding: 1rem; border-radius: var(--radius); background: var(--ground);
  font-size: 3.5rem; line-height: 1.15; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: .08em;
  user-select: none; -webkit-user-select: none;
}
.delivery { display: flex; gap: .625rem; align-items: baseline; }
.delivery::before { content: ""; flex: none; inline-size: .625rem; block-size: .625rem; border-radius: 50%; background: var(--field); }
.delivery[data-at="sent"]::before { background: var(--accent); animation: pulse 1.6s ease-in-out infinite; }
.delivery[data-at="received"]::before, .delivery[data-at="delivered"]::before { background: var(--good); }
.delivery[data-at="failed"]::before, .delivery[data-at="offline"]::before { background: var(--bad); }
@keyframes pulse { 50% { opacity: .25; } }
.time { display: grid; grid-template-columns: 1fr auto; gap: .75rem; align-items: center; font-variant-numeric: tabular-nums; }
button, .button { inline-size: 100%; color: inherit; }
.primary { color: var(--on-accent); }
.link { inline-size: auto; justify-self: start; color: var(--accent); }
[aria-disabled="true"], [aria-disabled="true"]:hover { cursor: default; color: var(--quiet); background: none; border-color: transparent; }
.primary[aria-disabled="true"] { background: var(--ground); border-color: var(--line); }
ul { display: grid; gap: .625rem; padding: 0; list-style: none; }
.way { justify-content: start; text-align: start; padding: .75rem 1rem; }
.way span { display: grid; }
.way small { font-size: .875rem; font-weight: 400; color: var(--quiet); }
svg { flex: none; inline-size: 1.5rem; block-size: 1.5rem; fill: none; stroke: var(--accent); stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
form { display: grid; gap: .75rem; }
input[aria-invalid="true"] { border-color: var(--bad); }
.error { padding: .75rem 1rem; border-radius: var(--radius); border: 1px solid var(--bad); color: var(--bad); }
.error:empty, .note:empty { display: none; }
.note { color: var(--good); }
canvas { justify-self: center; inline-size: min(100%, 14rem); block-size: auto; image-rendering: pixelated; border-radius: var(--radius); background: #fff; }
.key, .codes { font-family: ui-monospace, monospace; font-size: 1.0625rem; }
.codes { padding: 1rem; border-radius: var(--radius); background: var(--ground); font-size: .8125rem; }
.pair { display: grid; gap: .625rem; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); }
.support { padding-block-start: 1rem; border-block-start: 1px solid var(--line); }
::slotted(a) { color: var(--accent); font-weight: 600; }
.mark { inline-size: 3rem; block-size: 3rem; stroke: var(--quiet); }
.mark.good { stroke: var(--good); }
.mark.bad { stroke: var(--bad); }
@media (prefers-reduced-motion: reduce) { *, ::before, progress::-webkit-progress-value { animation: none !important; transition: none !important; } }
@media (forced-colors: active) { .delivery::before { background: CanvasText; } svg { stroke: CanvasText; } }
`;

/**
 * Makes an element. Text is only ever text: nothing that comes from outside is read as HTML.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [props] attributes; functions are listeners, null is left out
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((c) => c !== null));
  return element;
}

/** @param {string} path @param {string} [name] */
function icon(path, name = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", name);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** @param {string} text base64, also of URLs */
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

/** Not all browsers do it. @param {any} options */
const read = ({ rp, ...rest }) => ({ rp, ...JSON.parse(JSON.stringify(rest), (key, value) => key === "id" || key === "challenge" ? bytes(value) : value) });

/** @param {any} credential */
function written(credential) {
  const { id, type, response: from } = credential, response = /** @type {Body} */ ({});
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (from[name]) response[name] = btoa(String.fromCharCode(...new Uint8Array(from[name]))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }
  return { id, rawId: id, type, response, clientExtensionResults: credential.getClientExtensionResults() };
}

/**
 * Draws a QR code: a strict policy would not show it as an image.
 * @param {string} uri @param {string} label
 */
function drawing(uri, label) {
  const canvas = h("canvas", { role: "img", "aria-label": label, part: "qr", width: 1, height: 1 });
  createImageBitmap(new Blob([bytes(uri.slice(uri.indexOf(",") + 1))], { type: "image/png" })).then((image) => {
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext("2d")?.drawImage(image, 0, 0);
  }, () => canvas.remove()); // the link and the key beside it still work
  return canvas;
}

const onPhone = () => matchMedia("(pointer: coarse)").matches;

/** @param {string} method @returns {boolean} whether the person can use it in this browser */
const usable = (method) => method in ways && (method !== "passkey" || "PublicKeyCredential" in self);

/** @param {string} digits */
function groups(digits) {
  const size = digits.length % 3 === 0 || digits.length > 4 ? 3 : 2;
  return digits.match(new RegExp(`.{1,${size}}`, "g")) ?? [];
}

/** @param {string} address @returns {string | null} one that a link may lead to */
function safe(address) {
  try {
    const { protocol, href } = new URL(address, document.baseURI);
    return /^(javascript|data|vbscript|blob):$/.test(protocol) ? null : href;
  } catch {
    return null;
  }
}

/** The connection to Jawort. It ends with close(). */
class Line {
  /**
   * @param {string} socket
   * @param {string} ticket
   * @param {{ told: (s: Body) => void, lost: () => void, up: (is: boolean) => void }} hears
   */
  constructor(socket, ticket, hears) {
    this.socket = socket;
    this.ticket = ticket;
    this.hears = hears;
    this.base = socket.replace(/^ws/, "http").replace(/\/socket$/, "");
    this.over = new AbortController();
    this.failures = 0;
    /** @type {WebSocket | null} */
    this.ws = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** @type {(() => void) | undefined} what the timer will do */
    this.next = undefined;
    this.polls = 0; // answered in a row
    this.resting = false;
    const again = () => {
      if (document.visibilityState === "visible") this.hurry();
    };
    for (const event of ["online", "pageshow"]) addEventListener(event, again, { signal: this.over.signal });
    document.addEventListener("visibilitychange", again, { signal: this.over.signal });
    this.open();
  }

  /** Waits no longer; it can still be asked. */
  rest() {
    this.resting = true;
    clearTimeout(this.timer);
    this.ws?.close();
    this.ws = null;
  }

  close() {
    this.rest();
    this.over.abort();
  }

  open() {
    if (this.resting) return;
    let ws;
    try {
      ws = this.ws = new WebSocket(this.socket, ["jawort.v1", "ticket." + this.ticket]);
    } catch { // out of its reach
      this.poll();
      return;
    }
    const mute = setTimeout(() => ws === this.ws && this.hears.up(false), 5 * second); // while stores are out
    ws.onmessage = (m) => {
      if (ws !== this.ws) return;
      clearTimeout(mute);
      this.failures = this.polls = 0;
      this.hears.up(true);
      const frame = JSON.parse(m.data);
      if (frame.type === "state") this.hears.told(frame); // a newer server may say more
    };
    ws.onclose = (e) => {
      if (this.resting || ws !== this.ws) return;
      this.ws = null;
      if (e.code === 4401 || e.code === 4410) {
        this.hears.lost();
        return;
      }
      this.failures += 1;
      if (this.failures > 2) this.poll();
      else this.later(() => this.open());
    };
  }

  /** @param {() => void} what @param {number} [least] in seconds */
  later(what, least = 0) {
    const most = Math.max(least * second, Math.min(10 * second, 250 * 2 ** this.failures));
    clearTimeout(this.timer);
    this.next = what;
    this.timer = setTimeout(() => this.hurry(), most * (0.5 + Math.random() / 2));
  }

  /** Does at once what is due later. */
  hurry() {
    clearTimeout(this.timer);
    const what = this.next;
    this.next = undefined;
    if (!this.resting) what?.();
  }

  /** Asks, then waits, and tries the socket at times. */
  async poll() {
    const began = performance.now();
    const answer = await this.call("GET", this.polls ? "?wait=25" : "", undefined, 40);
    if (this.resting) return;
    if (["bad-ticket", "unknown-approval"].includes(answer.code)) {
      this.hears.lost();
      return;
    }
    this.hears.up(answer.ok);
    if (!answer.ok) {
      this.polls = 0;
      this.failures += 1;
      this.later(() => this.open(), answer.after);
      return;
    }
    this.failures = 2; // one more, and it is asked again
    this.hears.told(answer.body);
    this.polls += 1;
    if (this.resting) return;
    if (this.polls > 1 && performance.now() - began < second) this.later(() => this.poll(), 2); // the server ends
    else if (this.polls % 4 === 0) this.open();
    else this.poll();
  }

  /**
   * Asks the server about this approval, with the ticket.
   * @param {"GET" | "POST"} method @param {string} path @param {Body} [body] @param {number} [most] seconds
   * @returns {Promise<Answer>}
   */
  async call(method, path, body, most = 20) {
    const enough = new AbortController();
    const stop = () => enough.abort();
    const timer = setTimeout(stop, most * second);
    this.over.signal.addEventListener("abort", stop);
    try {
      const response = await fetch(this.base + path, {
        method,
        headers: { Authorization: "Bearer " + this.ticket, ...(body && { "Content-Type": "application/json" }) },
        body: body && JSON.stringify(body),
        cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer", signal: enough.signal,
      });
      const answer = await response.json().catch((err) => {
        if (response.ok) throw err; // cut off amid what it says: it is not known
        return {};
      });
      const code = String(answer.type ?? "").replace("urn:jawort:problem:", "") || (response.status >= 500 ? "unavailable" : "");
      return { ok: response.ok, code: response.ok ? "" : code, body: answer, after: Number(response.headers.get("Retry-After")) || 0 };
    } catch {
      return { ok: false, code: "no-answer", body: {}, after: 0 };
    } finally {
      clearTimeout(timer);
      this.over.signal.removeEventListener("abort", stop);
    }
  }
}

/** Properties, and the attributes that they stand for. */
const attributes = { socket: "socket", ticket: "ticket", left: "left", expires: "expires", number: "number", appUrl: "app-url", support: "support" };

export class JawortWait extends HTMLElement {
  static observedAttributes = [...Object.values(attributes), "lang"];

  /** @type {((end: End) => void) | null} called with what `jawort-end` says */
  onend = null;

  /** @type {Line | null} */
  #line = null;
  /** @type {Body | null} what was told last */
  #state = null;
  /** @type {End | null} */
  #ended = null;
  #told = false; // the page knows the end
  /** @type {{ methods: string[], required: number, recommended: number } | null} what this login may set up */
  #activate = null;
  /** @type {string[]} what it has set up */
  #active = [];
  #bound = false; // a phone, by this page
  /** @type {Body} whom to ask, by language */
  #contact = {};
  #up = true;

  // Times are those of performance.now(): the computer's clock may be wrong.
  #start = 0;
  #expires = 0; // the question to the phones
  #closes = 0; // all of it: a code that was sent is good for longer
  #offset = NaN; // of the server's clock
  #slow = 0;
  #resend = { at: 0, times: 0 };
  /** @type {Map<string, Body>} codes that were sent; the next may be at `at` */
  #sent = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking = undefined;

  #panel = "";
  #busy = false;
  #saidNumber = "";
  #restarting = false;
  /** @type {Map<Element, () => void>} what is done every second while an element is shown */
  #ticks = new Map();
  /** @type {(() => void) | null | undefined} what the panel does with news */
  #news = null;

  #card = h("div", { class: "card", part: "card" });
  #says = h("div", { class: "sr", role: "status", "aria-live": "polite" });
  #error = h("p", { class: "error", part: "error", role: "alert", id: "error" });
  #bar = h("progress", { part: "progress", max: 1, value: 1 });
  #seconds = h("span", { class: "muted", part: "time" });
  #clock = h("div", { class: "time" }, this.#bar, this.#seconds);
  #help = h("p", { class: "support small", part: "support" });
  /** @type {AbortController | null} of what the browser asks the person */
  #asking = null;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    if ("replaceSync" in CSSStyleSheet.prototype) { // no inline style: pages forbid it
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [sheet];
    } else {
      root.append(h("style", {}, css));
    }
    root.append(this.#card, this.#says);
  }

  connectedCallback() {
    for (const name of Object.keys(attributes)) { // set before the element was known
      const own = Object.getOwnPropertyDescriptor(this, name);
      if (!own) continue;
      Reflect.deleteProperty(this, name);
      Reflect.set(this, name, own.value);
    }
    this.#begin();
  }

  disconnectedCallback() { this.#stop(); }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (!this.isConnected || before === now || this.#restarting) return;
    if (name === "left" || name === "expires") return; // alone it comes too late
    this.#restarting = true; // often several change
    queueMicrotask(() => {
      this.#restarting = false;
      if (!this.isConnected) return;
      if (name === "socket" || name === "ticket") this.#begin();
      else if (!this.#ended) this.#home();
    });
  }

  /**
   * Shows recovery codes, this once.
   * @param {string[]} codes
   * @returns {Promise<void>} settled when the person has kept them
   */
  showRecoveryCodes(codes) {
    return new Promise((kept) => {
      const t = this.#texts;
      const note = h("p", { class: "note", role: "status" });
      this.#show("recovery-codes", t.codes, [
        h("p", { class: "muted" }, t.codesWhy),
        h("ul", { class: "codes", part: "codes" }, ...codes.map((code) => h("li", {}, code))),
        h("div", { class: "pair" },
          this.#button(t.copy, () => navigator.clipboard.writeText(codes.join("\n")).then(() => { note.textContent = t.copied; }, () => {}), { id: "copy" }),
          this.#button(t.print, () => print(t.codes, codes), { id: "print" })),
        note,
        this.#button(t.kept, () => {
          if (this.#ended) this.#finished();
          else this.#home(true);
          kept();
        }, { class: "primary", id: "kept" }),
      ], true);
    });
  }

  // --- beginning and ending

  #begin() {
    this.#stop();
    this.#state = this.#ended = this.#activate = null;
    this.#contact = {};
    this.#told = this.#bound = this.#busy = false;
    this.#active = [];
    this.#sent.clear();
    this.#resend = { at: 0, times: 0 };
    this.#saidNumber = this.#panel = "";
    this.#up = true;
    this.#offset = NaN;
    this.#slow = 0;
    this.#start = performance.now();
    const left = Number(this.getAttribute("left")) * second;
    const expires = this.getAttribute("expires");
    this.#expires = this.#closes = left > 0 ? this.#start + left : expires ? this.#when(expires) : Infinity;
    this.#home();
    const socket = this.getAttribute("socket"), ticket = this.getAttribute("ticket");
    if (!socket || !ticket) return; // they may still come
    this.#line = new Line(socket, ticket, {
      told: (state) => this.#hear(state),
      lost: () => this.#finish({ status: "lost" }),
      up: (is) => {
        this.#up = is;
        this.#news?.();
      },
    });
    this.#ticking = setInterval(() => this.#tick(), second);
    this.#tick();
  }

  #stop() {
    this.#asking?.abort();
    this.#line?.close();
    this.#line = null;
    clearInterval(this.#ticking);
  }

  /** @param {string} time of the server */
  #when(time) {
    const at = Date.parse(time);
    if (Number.isNaN(this.#offset)) {
      const known = Number(this.getAttribute("left")) > 0;
      this.#offset = known ? at - this.#expires : Date.now() - performance.now();
    }
    return at - this.#offset;
  }

  /** @param {Body} state */
  #hear(state) {
    this.#state = state;
    this.#contact = state.support ?? this.#contact;
    this.#support();
    this.#emit("jawort-state", { status: state.status, method: state.method, delivery: state.delivery, code: state.code });
    if (state.status !== "pending") {
      this.#finish({ status: state.status, method: state.method });
      return;
    }
    this.#activate = state.activate ?? null;
    if (state.expires_at) {
      this.#expires = this.#when(state.expires_at);
      this.#closes = Math.max(this.#closes === Infinity ? 0 : this.#closes, this.#when(state.closes_at ?? state.expires_at));
    }
    if (this.#panel === "" || this.#panel === "waiting") this.#home();
    else this.#news?.();
  }

  /** @param {End} end */
  #finish(end) {
    if (this.#ended) return;
    this.#ended = end;
    this.#line?.rest();
    if (end.status === "approved" && this.#activate) {
      const by = end.method ?? "";
      if (!this.#active.includes(by)) this.#active.push(by);
      this.#more(false);
    } else {
      this.#finished();
    }
  }

  /** Shows the end, and says it once. */
  #finished() {
    const end = this.#ended ?? { status: "lost" }, t = this.#texts, status = end.status + "Why" in t ? end.status : "lost";
    const good = status === "approved";
    clearInterval(this.#ticking);
    const why = t[status + "Why"];
    this.#show("end", t[status], [
      h("p", { class: "muted", part: "reason" }, why),
      good ? null : h("slot", { name: "again" }),
    ], false, icon("M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z" + (good ? "M8 12l3 3 5-6" : "M12 7v6M12 16.5v.5"),
      "mark " + (good ? "good" : ["reported", "denied"].includes(status) ? "bad" : "")));
    if (good) this.#help.remove();
    if (this.#told) return;
    this.#told = true;
    this.#says.replaceChildren(); // where the number is
    this.#say(`${t[status]}. ${why}`);
    this.#emit("jawort-end", end);
    this.onend?.(end);
  }

  /** @param {string} name @param {object} detail */
  #emit(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true })); }

  #tick() {
    const now = performance.now();
    if (!this.#ended && !this.#up && now > Math.min(this.#closes, this.#start + longest) + grace) {
      this.#finish({ status: "lost" });
      return;
    }
    const end = this.#panel === "phone-asked" && now < this.#expires ? this.#expires : this.#closes;
    const left = Math.max(0, Math.ceil((end - now) / second)), t = this.#texts;
    this.#clock.hidden = end === Infinity || this.#ended !== null;
    if (end !== Infinity) {
      this.#bar.value = (end - now) / (end - this.#start);
      this.#seconds.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (this.#clock.isConnected && (left === 30 || left === 10) && !this.#ended) this.#say(t.secondsLeft.replace("{n}", String(left)));
    }
    for (const [element, tick] of this.#ticks) {
      if (element.isConnected) tick();
      else this.#ticks.delete(element);
    }
  }

  // --- words

  get #language() {
    const page = this.closest("[lang]")?.getAttribute("lang");
    const wanted = (page ? [page] : navigator.languages).map((one) => one.slice(0, 2).toLowerCase());
    return wanted.find((one) => languages.includes(one)) ?? "en";
  }

  get #texts() { return catalogues[languages.indexOf(this.#language)]; }

  /** @param {string} words for who does not see */
  #say(words) {
    this.#says.append(h("p", {}, words));
    while (this.#says.childElementCount > 2) this.#says.firstElementChild?.remove();
  }

  /** @param {Answer} answer @returns {string} */
  #why({ code, body, after }) {
    const t = this.#texts;
    const left = body.attempts_left;
    if (left === 0) code = code === "wrong-digits" ? "enrolment-ended" : "method-paused";
    const key = code === "invalid-request" ? "wrong-field-" + body.field : code;
    const why = (t[key] ?? body.detail ?? t.internal).replace("{n}", String(Math.ceil(after / 60)));
    return left ? `${why} ${t.tries.replace("{n}", left)}` : why;
  }

  // --- parts of panels

  /**
   * Shows a panel in place of the one before.
   * @param {string} name @param {string} title @param {(Node | null)[]} children
   * @param {boolean | "input"} focus moves to the title, or to the field
   * @param {Node | null} above
   */
  #show(name, title, children, focus, above = null) {
    const had = this.shadowRoot?.activeElement;
    this.#panel = name;
    this.#news = null;
    this.#asking?.abort();
    this.#support();
    this.#error.textContent = "";
    this.#bar.setAttribute("aria-label", this.#texts.left);
    const heading = h("h2", { id: "title", part: "title", tabindex: -1 }, title);
    this.#card.lang = this.#language;
    this.#card.replaceChildren(h("section", { "aria-labelledby": "title", part: "panel " + name }, above ?? "", heading,
      ...children.filter((c) => c !== null), this.#help));
    this.#tick();
    if (focus === "input") this.#card.querySelector("input")?.focus();
    else if (focus || had) heading.focus();
  }

  /**
   * @param {string | Node} label @param {() => unknown} act
   * @param {Record<string, any>} [props]
   * @returns {HTMLButtonElement}
   */
  #button(label, act, props = {}) {
    const button = h("button", { type: "button", part: "button", ...props, click: () => button.ariaDisabled === "true" || act() }, label);
    return button;
  }

  /** @param {string} label @param {string | null | undefined} address @param {Record<string, any>} [props] */
  #link(label, address, props = {}) {
    const href = address && safe(address);
    return href ? h("a", { href, class: "button", part: "button", target: "_blank", rel: "noopener noreferrer", ...props }, label) : null;
  }

  /** @param {() => void} [to] */
  #back(to = () => this.#home(true)) { return this.#button(this.#texts.back, to, { class: "link", id: "back" }); }

  /** @param {string[]} methods @param {(method: string) => void} pick */
  #list(methods, pick) {
    const t = this.#texts;
    return h("ul", { part: "methods" }, ...Object.keys(ways).filter((m) => methods.includes(m)).map((m) => {
      const button = this.#button(h("span", {}, t[m], h("small", {}, t[m + "Hint"])), () => pick(m), { class: "way", part: "button method", "data-method": m });
      button.prepend(icon(ways[m].icon));
      return h("li", {}, button);
    }));
  }

  /** Shows whom to ask. */
  #support() {
    const { de, en } = this.#contact, words = this.getAttribute("support") || (this.#language === "de" && de) || en || de;
    this.#help.hidden = !words;
    this.#help.replaceChildren(this.#texts.support + " ", /^(https?:|mailto:|tel:)\S+$/.test(words)
      ? h("a", { href: words, target: "_blank", rel: "noopener noreferrer" }, words.replace(/^(mailto|tel):/, "")) : words);
  }

  /**
   * A field with a button.
   * @param {{ label: string, hint?: string, submit: string, input: Record<string, any>, act: (value: string) => Promise<unknown> }} what
   */
  #form({ label, hint, submit, input, act }) {
    const field = h("input", {
      id: "field", part: "input", autocapitalize: "off", autocorrect: "off", spellcheck: "false", "aria-describedby": hint ? "hint error" : "error", ...input,
      input: () => field.removeAttribute("aria-invalid"),
    });
    return h("form", {
      novalidate: true, part: "form",
      submit: (/** @type {Event} */ e) => {
        e.preventDefault();
        const value = field.value.trim();
        if (value) act(value);
        else this.#refuse(this.#texts.empty);
      },
    }, h("div", { class: "field" }, h("label", { for: "field" }, label), hint ? h("p", { id: "hint", class: "muted small" }, hint) : null, field),
    h("button", { type: "submit", part: "button primary", class: "primary" }, submit));
  }

  /** @param {boolean | undefined} digits only @param {Record<string, any>} [props] */
  #codeInput(digits, props = {}) {
    if (!digits) return { autocomplete: "off", maxlength: 64, ...props };
    return { class: "digits", inputmode: "numeric", autocomplete: "one-time-code", maxlength: 12, ...props };
  }

  /** Says how far something is, once aloud. @param {HTMLElement} line @param {string} at @param {string} words */
  #progress(line, at, words) {
    if (line.dataset.at === at) return;
    if (line.dataset.at && at !== "waking") this.#say(words);
    line.dataset.at = at;
    line.textContent = words;
  }

  /** One to be used again later. @param {string} label @param {() => number} at @param {() => void} act @param {string} id */
  #later(label, at, act, id) {
    const button = this.#button(label, act, { class: "link", id });
    const tick = () => {
      const left = Math.ceil((at() - performance.now()) / second);
      button.ariaDisabled = String(left > 0);
      button.textContent = left > 0 ? `${label} (${left} s)` : label;
    };
    this.#ticks.set(button, tick);
    return button;
  }

  /** @param {string} words */
  #refuse(words) {
    this.#error.textContent = words;
    const field = this.#card.querySelector("input");
    if (!field) return;
    field.ariaInvalid = "true";
    field.focus();
    field.select();
  }

  /**
   * Asks; a refusal is said, and what ends everything ends it.
   * @param {"GET" | "POST"} method @param {string} path @param {Body} [body]
   * @returns {Promise<Answer | null>} null: another answer is still awaited, or nobody is here any more
   */
  async #ask(method, path, body) {
    const line = this.#line;
    if (this.#busy || !line) return null;
    this.#busy = true;
    this.#card.setAttribute("aria-busy", "true");
    this.#error.textContent = "";
    const answer = await line.call(method, path, body);
    if (line !== this.#line) return null;
    this.#busy = false;
    this.#card.removeAttribute("aria-busy");
    if (answer.ok || this.#over(answer)) return answer;
    this.#contact = answer.body.support ?? this.#contact;
    this.#support();
    this.#refuse(this.#why(answer));
    return answer;
  }

  /** @param {Answer} answer @returns {boolean} whether nothing more can come of it */
  #over({ code, body }) {
    const lost = ["bad-ticket", "unknown-approval"].includes(code);
    if (this.#ended) { // it was about a second method
      if (lost) this.#finished();
      return lost;
    }
    if (lost) this.#finish({ status: "lost" });
    else if (code === "not-pending") this.#finish({ status: body.ended });
    else if (code === "expired") this.#finish({ status: "expired" });
    return this.#ended !== null;
  }

  // --- the panels

  /** Where one begins. @param {boolean} [moved] by themselves */
  #home(moved = false) {
    const state = this.#state, [number, others] = this.#asked();
    if (this.#ended) this.#more(moved);
    else if (!state && !number) this.#waiting();
    else if (!state || state.methods?.includes("push") || this.#bound) this.#phoneAsked(number, others, moved);
    else if (this.#activate) this.#choose(moved);
    else this.#methods(others, moved);
  }

  /** @returns {[string, string[]]} the number for the phone, and the other methods */
  #asked() {
    const { number, methods } = this.#state ?? { number: this.getAttribute("number") };
    return [number ?? "", (methods ?? []).filter((/** @type {string} */ m) => m !== "push")];
  }

  /** Nothing is known yet. */
  #waiting() {
    const words = h("p", { class: "muted" }, "…");
    this.#show("waiting", this.#texts.confirm, [words], false);
    this.#news = () => { words.textContent = this.#up ? "…" : this.#texts.offline; };
  }

  /** The phones have been asked. @param {string} number @param {string[]} others @param {boolean} moved */
  #phoneAsked(number, others, moved) {
    const t = this.#texts;
    const delivery = h("p", { class: "delivery muted", part: "delivery" });
    const note = h("p", { class: "note small", role: "status" });
    const offered = others.filter(usable);
    const hint = h("p", { class: "muted small", hidden: true }, t.slow);
    const list = h("section", { hidden: true, part: "others" }, hint, this.#list(offered, (m) => this.#pick(m)));
    const more = this.#button(t.another, () => (offered.length ? reveal(true) : this.#choose(true)), { class: "link", id: "another" });
    const reveal = (/** @type {boolean} */ focus) => {
      list.hidden = false;
      more.hidden = true;
      if (focus) list.querySelector("button")?.focus();
    };
    more.hidden = offered.length === 0 && !this.#activate;
    const resend = this.#later(t.resend, () => this.#resend.at, async () => {
      const answer = await this.#ask("POST", "/resend");
      if (!answer) return;
      this.#resend.at = performance.now() + (answer.after || pause) * second;
      if (answer.ok) this.#resend.times += 1;
      if (answer.ok) note.textContent = t.resent;
      if (answer.code === "resend-limit" || this.#resend.times >= 3) resend.hidden = true;
      this.#tick();
    }, "resend");
    resend.hidden = this.#bound || this.#resend.times >= 3;
    this.#show("phone-asked", t.confirmPhone, [
      this.#bound ? h("p", { class: "note" }, t.bound) : null,
      h("p", {}, number ? t.typeNumber : t.openPhone),
      number ? h("p", { class: "number", part: "number" }, h("span", { class: "sr" }, `${t.yourNumber}: ${[...number].join(", ")}`),
        ...groups(number).map((g) => h("span", { "aria-hidden": true }, g))) : null,
      onPhone() ? this.#link(t.openApp, this.getAttribute("app-url"), { class: "button primary", part: "button primary", id: "open-app" }) : null,
      delivery, this.#clock, this.#error, note, resend, more, list,
    ], moved);
    const said = () => {
      const d = this.#state?.delivery, now = performance.now();
      const at = !this.#up ? "offline" : now > this.#expires ? "over" : d?.received ? "received" : d?.sent ? "sent" : d?.failed ? "failed" : "waking";
      this.#progress(delivery, at, t[at]);
      delivery.hidden = this.#bound && at === "waking"; // a phone that was set up just now is not woken
      if (at === "over") resend.hidden = true;
    };
    this.#news = () => {
      if (String([number, others]) === String(this.#asked())) said();
      else this.#home();
    };
    said();
    this.#slow ||= performance.now() + patience;
    this.#ticks.set(delivery, () => {
      said();
      if (performance.now() < this.#slow || this.#state?.delivery?.received || !list.hidden || !offered.length) return;
      hint.hidden = false;
      reveal(this.shadowRoot?.activeElement === more);
      this.#say(t.slow);
    });
    if (number && this.#saidNumber !== number) {
      this.#saidNumber = number;
      this.#say(`${t.typeNumber} ${[...number].join(", ")}`);
    }
  }

  /** No phone is asked. @param {string[]} methods @param {boolean} moved */
  #methods(methods, moved) {
    const offered = methods.filter(usable);
    if (offered.length === 0) this.#nothing(methods, moved);
    else if (offered.length === 1 && offered[0] === "passkey" && !moved) this.#passkey(false, false);
    else if (offered.length === 1 && !ways[offered[0]].sends && !moved) this.#code(offered[0], false);
    else this.#show("methods", this.#texts.confirm, [this.#list(offered, (m) => this.#pick(m)), this.#clock, this.#error], moved);
  }

  /** @param {string[]} methods @param {boolean} moved */
  #nothing(methods, moved) {
    const t = this.#texts, why = methods.includes("passkey") ? t.NotSupportedError : t.nothingWhy;
    this.#show("nothing", t.nothing, [h("p", { class: "muted" }, why), h("slot", { name: "again" })], moved);
  }

  /** Sends a code where one is needed, and has it typed. @param {string} method */
  async #pick(method) {
    if (method === "passkey") {
      this.#passkey(false, true);
      return;
    }
    if (!ways[method].sends || this.#sent.has(method)) {
      this.#code(method, "input");
      return;
    }
    const answer = await this.#send("/codes", { method });
    if (!answer || this.#ended) return;
    if (answer.ok) this.#code(method, "input");
    if (["code-too-soon", "too-many-codes", "method-paused"].includes(answer.code)) { // one is under way
      this.#code(method, "input");
      this.#refuse(this.#why(answer));
    }
  }

  /** @param {string} path @param {Body} body */
  async #send(path, body) {
    const answer = await this.#ask("POST", path, body);
    if (answer) this.#keep(body.method, answer);
    return answer;
  }

  /** @param {string} method @param {Answer} answer */
  #keep(method, answer) {
    const before = this.#sent.get(method);
    const at = performance.now() + (answer.after || pause) * second;
    if (answer.ok) {
      this.#sent.set(method, { address: answer.body.address ?? "", left: answer.body.codes_left ?? 1, at });
      if (answer.body.expires_at) this.#closes = Math.max(this.#closes, this.#when(answer.body.expires_at));
    } else if (answer.code === "code-too-soon" || answer.code === "too-many-codes") {
      this.#sent.set(method, { address: before?.address ?? "", left: answer.code === "too-many-codes" ? 0 : before?.left ?? 1, at });
    }
  }

  /** Where a code went. @param {string} method @param {() => Promise<Answer | null>} send */
  #letter(method, send) {
    const t = this.#texts, note = h("p", { class: "note small", role: "status" });
    const address = this.#sent.get(method)?.address;
    const none = h("p", { class: "muted small", hidden: true }, t.noneLeft);
    const again = this.#later(t.again, () => this.#sent.get(method)?.at ?? 0, async () => {
      const answer = await send();
      if (answer?.ok) note.textContent = t.resent;
      check();
      this.#tick();
    }, "again");
    const check = () => {
      const left = this.#sent.get(method)?.left ?? 1;
      again.hidden = left === 0;
      none.hidden = left > 0;
    };
    check();
    const where = address ? h("p", { class: "muted", part: "sent" }, t.sentTo.replace("{address}", address.replaceAll(" ", "\xa0"))) : null;
    const delivery = h("p", { class: "delivery muted small", part: "delivery", hidden: true });
    const told = () => {
      const code = this.#state?.code;
      if (code?.method !== method) return;
      delivery.hidden = false;
      const at = this.#up || this.#ended ? code.state : "offline";
      this.#progress(delivery, at, t["code" + at] ?? t[at] ?? "");
    };
    return { above: [where, delivery], below: [note, again, none], told };
  }

  /** @param {string} method @param {boolean | "input"} focus */
  #code(method, focus) {
    const t = this.#texts, { sends, digits } = ways[method];
    const letter = sends ? this.#letter(method, () => this.#send("/codes", { method })) : null;
    this.#show("code", t[method], [
      ...(letter?.above ?? [h("p", { class: "muted" }, t[method + "Ask"])]), this.#error,
      this.#form({
        label: t.code, submit: t.submit, input: this.#codeInput(digits),
        act: async (code) => this.#proved(await this.#ask("POST", "/code", { method, code })),
      }),
      ...(letter?.below ?? []), this.#clock, this.#back(),
    ], focus);
    this.#news = letter?.told;
    this.#news?.();
  }

  /** @param {Answer | null} answer to what proves a method */
  #proved(answer) {
    if (!answer?.ok) return;
    this.#active = answer.body.active ?? this.#active;
    if (this.#ended) this.#more(true);
    else this.#finish({ status: answer.body.status, method: answer.body.method });
  }

  /** Has the browser use a passkey, or make one. @param {boolean} make @param {boolean} moved */
  #passkey(make, moved) {
    const t = this.#texts;
    const act = async () => {
      const asked = await (make ? this.#send("/activations", { method: "passkey" }) : this.#ask("POST", "/passkey/options"));
      if (!asked?.ok || !button.isConnected) return;
      const credential = await this.#unlock(make, asked.body.options);
      if (credential) this.#proved(await this.#ask("POST", make ? "/activations/passkey" : "/passkey", { credential }));
    };
    const button = this.#button(make ? t.next : t.submit, act, { class: "primary", part: "button primary", id: "unlock" });
    this.#show("passkey", t.passkey, [h("p", { class: "muted" }, t.passkeyAsk), this.#error, button, this.#clock, this.#back()], moved);
    if (moved) act();
  }

  /** @param {boolean} make @param {any} options @returns {Promise<object | null>} what the browser gave, or null: the person knows why not */
  async #unlock(make, options) {
    this.#asking?.abort();
    const { signal } = this.#asking = new AbortController(), browser = navigator.credentials;
    try {
      return written(await browser[make ? "create" : "get"]({ signal, publicKey: read(options) }));
    } catch (e) {
      const t = this.#texts, { name } = /** @type {Error} */ (e), { featurePolicy } = /** @type {any} */ (document);
      const may = featurePolicy?.allowsFeature("publickey-credentials-" + (make ? "create" : "get")) ?? self === top;
      if (!signal.aborted) this.#refuse(name === "NotAllowedError" && !may ? t.framed : t[name] ?? t.UnknownError);
      return null;
    }
  }

  // --- a first login

  /** @param {boolean} moved */
  #choose(moved) {
    const t = this.#texts, activate = this.#activate;
    const methods = activate?.methods.filter(usable) ?? [];
    if (!activate || methods.length === 0) {
      this.#nothing(activate?.methods ?? [], moved);
      return;
    }
    const many = activate.required > 1 ? t.require.replace("{n}", String(activate.required))
      : activate.recommended > 1 && methods.length > 1 ? t.recommend.replace("{n}", String(activate.recommended)) : "";
    this.#show("choose", t.setUp, [
      h("p", { class: "muted" }, t.setUpWhy), this.#list(methods, (m) => this.#setUp(m)), this.#error,
      many ? h("p", { class: "muted small", part: "recommended" }, many) : null, this.#clock,
    ], moved);
  }

  /** The login is confirmed, and another method is recommended. @param {boolean} moved */
  #more(moved) {
    const t = this.#texts, { methods, required, recommended } = this.#activate ?? { methods: [], required: 0, recommended: 0 };
    const others = methods.filter((m) => usable(m) && !this.#active.includes(m));
    if (others.length === 0 || this.#active.length >= recommended) {
      this.#finished();
      return;
    }
    const needed = this.#active.length < required;
    this.#show("more", t.more, [
      h("p", { class: "muted" }, needed ? t.moreNeeded : t.moreWhy), this.#list(others, (m) => this.#setUp(m)), this.#error,
      needed ? null : this.#button(t.next, () => this.#finished(), { id: "next" }),
    ], moved);
    if (!moved) this.#say(`${t.more}. ${t.moreWhy}`);
  }

  /** @param {string} method @param {Body} [to] a number or address that was typed */
  async #setUp(method, to = {}) {
    if (method === "push") {
      const answer = await this.#ask("POST", "/enrolments");
      if (answer?.ok) this.#scan(answer.body);
      return;
    }
    if (method === "passkey") {
      this.#passkey(true, true);
      return;
    }
    const answer = await this.#send("/activations", { method, ...to });
    if (answer?.ok) this.#prove(method, answer.body, to);
    else if (answer?.code === "no-number" || answer?.code === "no-address") this.#where(method);
    else if (answer?.code === "code-too-soon" && this.#panel !== "prove") {
      this.#prove(method, {}, to);
      this.#refuse(this.#why(answer));
    }
  }

  /** Asks where a code is to go. @param {string} method */
  #where(method) {
    const t = this.#texts, sms = method === "sms";
    this.#show("where", t.where, [this.#error, this.#form({
      label: sms ? t.number : t.address, hint: sms ? t.numberHint : undefined, submit: t.sendCode,
      input: sms ? { type: "tel", autocomplete: "tel", maxlength: 40 } : { type: "email", autocomplete: "email", maxlength: 254 },
      act: (value) => this.#setUp(method, sms ? { phone: value } : { email: value }),
    }), this.#clock, this.#back()], "input");
  }

  /** Has a method proved. @param {string} method @param {Body} started @param {Body} to */
  #prove(method, started, to) {
    const t = this.#texts, totp = method === "totp";
    const letter = totp ? null : this.#letter(method, () => this.#send("/activations", { method, ...to }));
    this.#show("prove", totp ? t.totpSetUp : t[method], [
      ...(letter?.above ?? [
        h("p", { class: "muted" }, t.totpScan), drawing(started.qr, t.qr), h("div", {}, h("p", { class: "muted small" }, t.key),
          h("p", { class: "key", part: "key" }, (started.key.replaceAll(" ", "").match(/.{1,4}/g) ?? []).join(" "))),
        onPhone() ? this.#link(t.totpOpen, started.url, { id: "open-totp", target: null }) : null,
      ]), this.#error,
      this.#form({
        label: t.code, submit: t.submit, input: this.#codeInput(true),
        act: async (code) => this.#proved(await this.#ask("POST", "/activations/" + method, { code })),
      }),
      ...(letter?.below ?? []),
      totp ? null : this.#button(t.change, () => this.#where(method), { class: "link", id: "other" }),
      this.#clock, this.#back(),
    ], totp || "input");
    this.#news = letter?.told;
    this.#news?.();
  }

  /** Has a phone take the link. @param {Body} e */
  #scan(e) {
    const t = this.#texts, how = h("p", { class: "muted" }, t.scanWhy);
    const link = this.#link(t.scanHere, e.link, { id: "here", class: onPhone() ? "button primary" : "button" });
    const code = h("section", {}, e.qr ? drawing(e.qr, t.qr) : null, link, e.code ? h("p", { class: "muted small" }, t.scanCode) : null);
    this.#show("scan", t.scan, [how, code, this.#error, this.#clock, this.#back()], true);
    this.#watch(e, (now) => {
      if (now.status === "claimed") {
        how.textContent = t.claimed;
        code.hidden = true;
        this.#say(t.claimed);
      } else if (now.status === "completed") {
        this.#digits(now);
      }
    });
  }

  /** Follows an enrolment. @param {Body} e @param {(now: Body) => void} step */
  async #watch(e, step) {
    const line = this.#line, panel = this.#card.firstElementChild;
    const here = () => line === this.#line && panel === this.#card.firstElementChild;
    for (let status = e.status; line && here() && ["open", "claimed"].includes(status);) {
      const answer = await line.call("GET", `/enrolments/${e.id}?wait=25`, undefined, 40);
      if (!here() || (!answer.ok && this.#over(answer))) return;
      if (answer.ok && answer.body.status !== status) {
        status = answer.body.status;
        if (status === "failed" || status === "expired") this.#startAgain();
        else step(answer.body);
      } else if (!answer.ok) {
        await new Promise((done) => setTimeout(done, (answer.after || 2) * second));
      }
    }
  }

  /** The link is good for nothing any more. */
  #startAgain() {
    const t = this.#texts;
    const restart = this.#button(t.restart, () => this.#setUp("push"), { class: "primary", id: "restart" });
    this.#show("again", t.scan, [this.#error, restart, this.#back()], true);
    this.#refuse(t["enrolment-ended"]);
  }

  /** Takes the six digits that the phone shows. @param {Body} e */
  #digits(e) {
    const t = this.#texts;
    this.#show("digits", t.scan, [h("p", { class: "muted" }, t.digitsAsk), this.#error, this.#form({
      label: t.digits, submit: t.submit, input: this.#codeInput(true, { autocomplete: "off", maxlength: 7 }),
      act: async (digits) => {
        const answer = await this.#ask("POST", `/enrolments/${e.id}/confirm`, { code: digits.replaceAll(/\D/g, "") });
        if (answer?.ok) this.#phoneBound();
        else if (answer?.code === "enrolment-ended" || (answer?.code === "wrong-digits" && answer.body.attempts_left === 0)) this.#startAgain();
      },
    }), this.#clock, this.#back()], "input");
    this.#say(t.digitsAsk);
  }

  #phoneBound() {
    this.#bound = true;
    if (!this.#active.includes("push")) this.#active.push("push");
    this.#home(true);
  }
}

for (const [name, attribute] of Object.entries(attributes)) {
  Object.defineProperty(JawortWait.prototype, name, {
    configurable: true,
    enumerable: true,
    /** @this {HTMLElement} */
    get() { return this.getAttribute(attribute) ?? ""; },
    /** @this {HTMLElement} @param {unknown} value */
    set(value) {
      if (value === null || value === undefined) this.removeAttribute(attribute);
      else this.setAttribute(attribute, String(value));
    },
  });
}

/** @param {string} title @param {string[]} codes */
function print(title, codes) {
  const frame = h("iframe", { title, width: 0, height: 0, "aria-hidden": true });
  document.body.append(frame);
  const paper = /** @type {Document} */ (frame.contentDocument);
  paper.title = title;
  paper.body.append(h("h1", {}, title), h("p", {}, location.host), ...codes.map((code) => h("p", {}, code)));
  frame.contentWindow?.print();
  frame.remove();
}

if (!customElements.get("jawort-wait")) customElements.define("jawort-wait", JawortWait);
