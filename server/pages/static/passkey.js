// Forms that a passkey confirms. What the browser is asked for stands in the form; what it answers goes with it.

/** @param {HTMLFormElement} form */
async function answer(form) {
  const options = JSON.parse(form.dataset.options ?? "");
  if (!globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) throw new DOMException("no passkeys", "NotSupportedError");
  const credential =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  if (!(credential instanceof PublicKeyCredential)) throw new Error("no passkey");
  return JSON.stringify(credential.toJSON());
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  const input = form.elements.namedItem("passkey");
  const problems = /** @type {HTMLElement[]} */ ([...form.querySelectorAll("[data-failed]")]); // by the name of the error; the last one is for all others
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!(input instanceof HTMLInputElement) || !(button instanceof HTMLButtonElement) || button.disabled) return;
    for (const one of problems) one.hidden = true;
    button.disabled = true;
    try {
      input.value = await answer(form);
      form.submit();
    } catch (why) {
      const shown = problems.find((one) => one.dataset.failed === /** @type {Error} */ (why).name) ?? problems.at(-1);
      if (shown) shown.hidden = false;
    }
    button.disabled = false;
  });
}
