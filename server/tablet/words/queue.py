"""Sentences of what waits to be sent."""

from server.words import _

__all__ = ["words"]


def words() -> dict[str, str]:
    """Sentences of what waits to be sent; ``{places}`` are left for the browser."""
    return {
        "sending": _("正在送出…"),
        "unsent": _("没有送出：{title}", title="{title}"),
        "queue_away": _("连不上服务器；内容在本机，连上后自动送出。"),
        "queue_busy": _("服务器正忙，稍后自动再送。"),
        "queue_fault": _("服务器出了差错，稍后自动再送。"),
        "queue_signin": _("登录已过期；请重新登录，登录后接着送。"),
        "queue_other": _("现在登录的是别人；请用自己的帐号登录，登录后接着送。"),
        "queue_nobody": _("还不知道你是谁；请先连网登录一次。"),
        "queue_full": _("本机的存储空间快满了，这一条没有记下；请先让等着的送出，或清理设备上的空间。"),
        "queue_behind": _("同一件事的前一条还没有送到，这一条排在后面。"),
        "queue_orphan": _("它所属的上报已经不在本机，也没有送到服务器。"),
        "queue_no_photos": _("照片已不在本机。"),
        "queue_on_its_way": _("这一条正在送出，请稍等再改。"),
        "queue_maybe_there": _("这一条送出后没有收到回答，服务器可能已经收下；等有了回答再改。"),
        "queue_note": _("离线时记下的“{action}”没有办成：{words}", action="{action}", words="{words}"),
        "queue_as_note": _("备注"),
        "photo_full": _("本机的存储空间快满了，这张照片没有收下；请先让等着的送出，或清理设备上的空间。"),
        "photo_nearly_full": _("本机的存储空间已用 {percent}%，请尽快连网送出。", percent="{percent}"),
        "photo_unreadable": _("这个文件不是能用的照片，请重新拍一张。"),
    }
