"""The way in and out: sign-in with password and code, sign-out, and what an error looks like."""

from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request, session
from werkzeug.wrappers import Response as AnyResponse

from server.auth import current_store, give_code_here, is_code_awaited, public, sign_in_here, sign_out_here
from server.errors import Busy, NotSignedIn, ServerError
from server.pages.contexts import ProblemPage, SignInPage
from server.pages.frame import inside, render
from server.pages.parts import Link
from server.services import marks, oidc
from server.translate import status_of
from server.words import _, role_name, sentence

__all__ = ["blueprint", "problem_page", "said_at_sign_in", "sign_in_page"]

SAID = "said"  # where the cookie holds a code to be said at sign-in
blueprint = Blueprint("entry", __name__)


@blueprint.get("/sign-in")
@public
def sign_in_form() -> str:
    """Show the form."""
    return sign_in_page(inside(request.args.get("next", "/")), "", "")


@blueprint.post("/sign-in")
@public
def sign_in() -> AnyResponse:
    """Sign in and go on; to the code, where one is asked."""
    onward = inside(request.form.get("next", "/"))
    is_done = sign_in_here(request.form.get("login", "").strip(), request.form.get("password", ""))
    return redirect(onward if is_done else _code_address(onward), 303)


@blueprint.get("/sign-in/code")
@public
def code_form() -> str | AnyResponse:
    """Show the form of the code, to whoever has given the password."""
    if not is_code_awaited():
        return redirect("/sign-in", 303)
    return render("code.html", SignInPage(inside(request.args.get("next", "/"))))


@blueprint.post("/sign-in/code")
@public
def code() -> AnyResponse:
    """Finish signing in, and go on."""
    onward = inside(request.form.get("next", "/"))
    try:
        give_code_here(request.form.get("digits", ""))
    except NotSignedIn as error:
        if not is_code_awaited():
            raise
        said = sentence(error.code, error.values)
        return Response(render("code.html", SignInPage(onward, "", said)), 401)
    return redirect(onward, 303)


def _code_address(onward: str) -> str:
    return "/sign-in/code" + ("" if onward == "/" else "?" + urlencode({"next": onward}))


@blueprint.errorhandler(NotSignedIn)
@blueprint.errorhandler(Busy)
def refused(error: ServerError) -> AnyResponse:
    """Show the form again with the reason; whoever only came by is not told off."""
    if request.method != "POST" and isinstance(error, Busy):
        return Response(problem_page(status_of(error), sentence(error.code, error.values)), status_of(error))
    if request.method != "POST":
        return redirect("/sign-in", 303)
    login, onward = request.form.get("login", ""), inside(request.form.get("next", "/"))
    return Response(sign_in_page(onward, login, sentence(error.code, error.values)), status_of(error))


@blueprint.post("/sign-out")
@public
def sign_out() -> AnyResponse:
    """End the session."""
    sign_out_here()
    return redirect("/sign-in", 303)


def said_at_sign_in(code: str) -> AnyResponse:
    """Go on to the sign-in, where something is said once.

    Parameters
    ----------
    code : str
        Of the sentence.
    """
    session[SAID] = code
    return redirect("/sign-in", 303)


def sign_in_page(onward: str, login: str, error: str) -> str:
    """Render the sign-in.

    Parameters
    ----------
    onward : str
        Where to go afterwards.
    login : str
        As typed.
    error : str
        Why it failed; empty for none.
    """
    with current_store().read() as tx:
        accounts = tuple(
            (login, password, role_name(role)) for login, password, role in marks.demo_accounts(tx)
        )
    code = session.pop(SAID, "")
    outside = current_store().config.oidc_name if oidc.is_offered(current_store()) else ""
    said = sentence(code) if code and not error else ""
    return render("sign_in.html", SignInPage(onward, login, error, accounts, said, outside))


def problem_page(status: int, detail: str) -> str:
    """Render an error as a page.

    Parameters
    ----------
    status : int
        HTTP status.
    detail : str
        What happened, in the asker's language.
    """
    titles = {
        400: _("提交的内容有误"),
        401: _("需要登录"),
        403: _("没有权限"),
        404: _("没有这一页"),
        409: _("已被他人更新"),
        422: _("提交的内容有误"),
        429: _("请稍后再试"),
        503: _("请稍后再试"),
    }
    title = titles.get(status, _("程序出错了") if status >= 500 else _("不能这样做"))
    return render("errors/problem.html", ProblemPage(status, title, detail, _back()))


def _back() -> Link:
    came = (request.referrer or "").removeprefix(request.host_url.rstrip("/"))
    onward = inside(came)
    if onward == came and onward.partition("?")[0] != request.path:
        return Link("", _("返回上一页"), onward)
    return Link("", _("回到首页"), "/")
