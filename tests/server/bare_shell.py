"""An application of nothing but the shell."""

from flask import Flask, make_response, request, session

from server import security, translate
from server.config import load


def bare(**options):
    """Give a client of it: it says who asked, keeps a cookie, takes a form and a photo."""
    app = Flask("bare", static_folder=None)
    config = load(options, environment={})
    app.config.update(
        SECRET_KEY="x" * 32,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_FORM_MEMORY_SIZE=security.BODY_BYTES,
        MAX_FORM_PARTS=security.FORM_PARTS,
    )
    security.install(app, config)
    translate.install(app, lambda status, said: f"{status} {said}")

    @app.get("/who")
    def who():
        return [request.remote_addr, request.scheme, request.host]

    @app.get("/keep")
    def keep():
        session["secret"] = "x"
        answer = make_response("kept")
        answer.set_cookie("language", "en", httponly=True, samesite="Lax")
        return answer

    @app.post("/take")
    def take():
        return str(sum(map(len, request.form.values())) + len(request.get_data()))

    @app.post("/photo")
    @security.takes_bytes(64 << 10)
    def photo():
        return str(len(request.files["photo"].read()))

    return app.test_client()
