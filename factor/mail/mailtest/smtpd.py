# A mail server for tests, on aiosmtpd. It prints its port, and one line of JSON for each message that it took. What it does with a
# message is up to whom it is for; see mailtest.go.
import asyncio, json, ssl, sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

kind, certificate, password, port = sys.argv[1:5]


def say(**event):
    print(json.dumps(event), flush=True)


def encrypted(server):
    return server.transport.get_extra_info("ssl_object") is not None


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and data.password.decode() == password
    say(event="auth", mechanism=mechanism, good=good, tls=encrypted(server))
    return AuthResult(success=good, handled=False)


class Handler:
    seen = set()

    # of the process: each connection has a handler of its own
    def first(self, address):
        new = address not in self.seen
        self.seen.add(address)
        return new

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return responses[:-1] + ["250-ENHANCEDSTATUSCODES"] + responses[-1:]

    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("stranger@"):
            return "550 5.7.1 sender " + address + " is not ours"
        if address.startswith("busy@"):
            return "452 4.3.1 no room for " + address
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.split("@")[0]
        if local == "nobody":
            return "550 5.1.1 no mailbox " + address
        if local == "relay":
            return "554 5.7.1 relay access denied for " + address
        if local == "grey" and self.first(address):
            return "451 4.7.1 come back, " + address
        if local == "closing" and self.first(address):
            return "421 4.3.2 closing for " + address
        if local == "hang":
            say(event="hanging")
            await asyncio.sleep(3600)
        if local == "dies" and self.first(address):
            server.transport.abort()
            return "250 OK"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        local = envelope.rcpt_tos[0].split("@")[0]
        if local == "spam":
            return "554 5.6.0 looks like spam for " + envelope.rcpt_tos[0]
        if local == "full" and self.first("full"):
            return "452 4.2.2 mailbox full"
        say(event="mail", sender=envelope.mail_from, to=envelope.rcpt_tos, data=envelope.content.decode("utf-8"), tls=encrypted(server))
        if local == "silent" and self.first("silent"):
            server.transport.abort()
        if local == "rude":
            asyncio.get_running_loop().call_later(0, lambda: server.transport.abort() if server.transport else None)
        return "250 2.0.0 taken"


context = None
if certificate:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)


def server():
    return SMTP(
        Handler(), hostname="mail.example",
        tls_context=context if kind == "starttls" else None, require_starttls=kind == "starttls",
        authenticator=authenticate if password else None, auth_required=bool(password), auth_require_tls=kind == "starttls",
        auth_exclude_mechanism=["PLAIN"] if kind == "implicit" else None,
    )


async def main():
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", int(port), ssl=context if kind == "implicit" else None)
    say(event="port", port=listening.sockets[0].getsockname()[1])
    await listening.serve_forever()


asyncio.run(main())
