"""What a browser calls itself -> browser and system in words, for the list of sessions. A guess, no more."""

from server.words import _

__all__ = ["device_name"]

BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("QQBrowser", "QQ 浏览器"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
    ("python", "Python"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device_name(agent: str) -> str:
    """Say browser and system, such as ``Chrome · Windows``.

    Parameters
    ----------
    agent : str
        What the browser calls itself.
    """
    named = [
        next((name for sign, name in table if sign.lower() in agent.lower()), "")
        for table in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(_(one) for one in named if one) or _("未知设备")
