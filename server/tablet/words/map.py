"""Sentences of the map and of the device's position."""

from server.words import _

__all__ = ["words"]


def words() -> dict[str, str]:
    """Sentences of the map and of the device's position; ``{places}`` are left for the browser."""
    return {
        "accuracy": _("定位误差约 {metres} 米", metres="{metres}"),
        "position_1": _("没有允许使用位置；可以在地图上选点。"),
        "position_2": _("这台设备现在定不了位；可以在地图上选点。"),
        "position_3": _("定位用时太久；可以再试一次，或在地图上选点。"),
    }
