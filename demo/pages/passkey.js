// Has the browser make a passkey, and sends it as a form. What it is worth is for Jawort to say.
const form = document.querySelector("form"), problems = [...document.querySelectorAll("[data-error]")];

form.addEventListener("submit", async (e) => {
  e.preventDefault();
  for (const p of problems) p.hidden = true;
  try {
    form.elements.credential.value = JSON.stringify(await make());
    form.submit();
  } catch (why) {
    (problems.find((p) => p.dataset.error === why.name) ?? problems.at(-1)).hidden = false;
  }
});

function make() {
  if (!globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) throw new DOMException("no passkeys", "NotSupportedError");
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(form.dataset.options)) });
}
