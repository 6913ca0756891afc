// Forms that a passkey confirms. What the browser is asked for stands in the form; what it answers goes with it.

/** @param {HTMLFormElement} form */
async function answer(form) {
  const options = JSON.parse(form.dataset.options ?? "");
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
  const failed = form.querySelector("[data-failed]");
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!(input instanceof HTMLInputElement) || !(failed instanceof HTMLElement) || !(button instanceof HTMLButtonElement) || button.disabled) return;
    failed.hidden = true;
    button.disabled = true;
    try {
      input.value = await answer(form);
      form.submit();
    } catch {
      failed.hidden = false;
    }
    button.disabled = false;
  });
}
