"""The way in and out: sign-in, sign-out, and what an error looks like."""

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import current_store, public, sign_in_here, sign_out_here
from server.errors import NotSignedIn
from server.pages.contexts import ProblemPage, SignInPage
from server.pages.frame import inside, render
from server.pages.parts import Link
from server.services import marks
from server.words import _, role_name, sentence

__all__ = ["blueprint", "problem_page"]

blueprint = Blueprint("entry", __name__)


@blueprint.get("/sign-in")
@public
def sign_in_form() -> str:
    """Show the form."""
    return _sign_in_page(inside(request.args.get("next", "/")), "", "")


@blueprint.post("/sign-in")
@public
def sign_in() -> AnyResponse:
    """Sign in and go on."""
    sign_in_here(request.form.get("login", "").strip(), request.form.get("password", ""))
    return redirect(inside(request.form.get("next", "/")), 303)


@blueprint.errorhandler(NotSignedIn)
def refused(error: NotSignedIn) -> AnyResponse:
    """Show the form again with the reason; whoever only came by is not told off."""
    if request.method != "POST":
        return redirect("/sign-in", 303)
    login, onward = request.form.get("login", ""), inside(request.form.get("next", "/"))
    return Response(_sign_in_page(onward, login, sentence(error.code, error.values)), 401)


@blueprint.post("/sign-out")
@public
def sign_out() -> AnyResponse:
    """End the session."""
    sign_out_here()
    return redirect("/sign-in", 303)


def _sign_in_page(onward: str, login: str, error: str) -> str:
    with current_store().read() as tx:
        accounts = tuple(
            (login, password, role_name(role)) for login, password, role in marks.demo_accounts(tx)
        )
    return render("sign_in.html", SignInPage(onward, login, error, accounts))


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
