// What scripts add to our pages; without them every page works all the same, by buttons and by loading itself again.

// Who opened a page by a link need not press its only button.
const sent = document.querySelector("form[data-submit]");
if (sent instanceof HTMLFormElement) sent.submit();

// Once a question has ended, the server says what follows.
document.addEventListener("jawort-end", () => location.reload());

// A page that waits for a phone loads itself again when the phone has got further.
const watched = document.querySelector("[data-watch]");
if (watched instanceof HTMLElement) watch(watched.dataset.watch ?? "");

/** @param {string} url */
async function watch(url) {
  for (let pause = 1000; ; pause = Math.min(2 * pause, 30_000)) {
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (answer.status === 200) {
        const { moved } = await answer.json();
        if (moved) return location.reload();
        pause = 500;
      } else if (answer.status < 500 && answer.status !== 429) {
        return location.reload();
      }
    } catch {
      // The network is away for a moment.
    }
    await new Promise((done) => setTimeout(done, pause));
  }
}

// Printing needs no words of its own.
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());

// A passkey is made by the browser, and sent as part of the form. What it is worth is for the server to say.
const passkey = document.querySelector("form[data-passkey]");
if (passkey instanceof HTMLFormElement) passkey.addEventListener("submit", (event) => {
  event.preventDefault();
  make(passkey);
});

/** @param {HTMLFormElement} form */
async function make(form) {
  const problems = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-error]")]);
  for (const one of problems) one.hidden = true;
  try {
    if (!globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) throw new DOMException("no passkeys", "NotSupportedError");
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(form.dataset.passkey ?? ""));
    const made = await navigator.credentials.create({ publicKey });
    /** @type {HTMLInputElement} */ (form.elements.namedItem("credential")).value = JSON.stringify(made);
    form.submit();
  } catch (why) {
    const shown = problems.find((one) => one.dataset.error === /** @type {Error} */ (why).name) ?? problems.at(-1);
    if (shown) shown.hidden = false;
  }
}
