"""A page that has nothing but our static files, read from the folder: for modules that need no server."""

from contextlib import contextmanager

from server.statics import FOLDER, TYPES

HOST = "https://bare.test"
"""No name of a host that exists: whatever is asked of it is answered here, in a secure context."""
PAGE = "<!doctype html><script type='application/json' id='page-data'>{}</script><title>bare</title>".format


@contextmanager
def bare_page(chromium, data="{}"):
    """Open it, with what the page's JSON script tells; a module is at ``{HOST}/js/…``."""
    context = chromium.new_context()
    page = context.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def answer(route):
        path = route.request.url.removeprefix(f"{HOST}/")
        if path == "":
            route.fulfill(content_type="text/html", body=PAGE(data))
        else:
            route.fulfill(content_type=TYPES["." + path.rsplit(".", 1)[1]], body=(FOLDER / path).read_bytes())

    page.route(f"{HOST}/**", answer)
    page.goto(f"{HOST}/")
    yield page
    context.close()
    assert complaints == []
