package firefoxtest

// chrome evaluates an expression in the browser's own window, where all of the browser can be reached. What BiDi has no command for is
// done there.
func (f *Firefox) chrome(expression string) {
	f.Helper()
	if _, err := f.eval(f.contexts(object{"moz:scope": "chrome"})[0], expression); err != nil {
		f.Fatal(err)
	}
}

// look moves the focus from the address bar to the page, as a person does who looks at it. Only such a page is given a passkey.
func (f *Firefox) look() {
	f.Helper()
	f.chrome(`gBrowser.selectedBrowser.focus()`)
}

// Authenticator gives the browser an authenticator, as a phone or a laptop has one: it makes passkeys and unlocks them by itself.
func (f *Firefox) Authenticator() {
	f.Helper()
	f.chrome(`(({ protocol, transport, residentKeys, verifies, consents, verified }) =>
		Cc["@mozilla.org/webauthn/service;1"].getService(Ci.nsIWebAuthnService)
			.addVirtualAuthenticator(protocol, transport, residentKeys, verifies, consents, verified)
	)({ protocol: "ctap2", transport: "internal", residentKeys: true, verifies: true, consents: true, verified: true })`)
	f.before(anyAuthenticator)
}

// anyAuthenticator takes back a page's wish for an authenticator of the platform: Firefox knows of none on Linux, and refuses before
// it looks at the one that it was given.
const anyAuthenticator = `() => {
	if (!isSecureContext) return; // which has no passkeys
	const create = CredentialsContainer.prototype.create;
	CredentialsContainer.prototype.create = function (options) {
		delete options.publicKey.authenticatorSelection.authenticatorAttachment;
		return create.call(this, options);
	};
}`

// before runs a function in each page before the page's own scripts.
func (f *Firefox) before(function string) {
	f.Helper()
	f.call("script.addPreloadScript", object{"functionDeclaration": function}, nil)
}
