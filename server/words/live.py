"""Sentences of the tablet's stream of events and of its part of the ground map."""

__all__ = ["SENTENCES"]

SENTENCES = {
    "field.streams": "同时即时推送的平板已有 {most} 台，达到本服务进程的上限；请改为每 15 秒询问一次。",
}
