"""Sentences about how long words about people are kept, about a person's rights, and about keys."""

__all__ = ["SENTENCES"]

SENTENCES: dict[str, str] = {
    "cli.purge": "清除过了保存期限的居民信息（姓名、电话、原话、地址、照片）；统计和流转记录不受影响。",
    "cli.purge.dry": "只数一数有多少，不清除。",
    "cli.purge.days": "改用这个保存天数，不用设置里的 personal_days。",
    "cli.purge.title": "清除到期的居民信息",
    "cli.purge.never": "设置 personal_days 为 0：居民信息不清除；这次只清理登录记录。",
    "cli.purge.done": "已清除 {issues} 件事件的居民信息：密封文字 {words} 段、照片 {photos} 张；"
    "清理会话 {sessions} 个、一次性链接 {links} 个、登录失败 {failures} 次、旧应答 {answers} 条。",
    "cli.purge.due": "应清除 {issues} 件事件的居民信息：密封文字 {words} 段、照片 {photos} 张；"
    "应清理会话 {sessions} 个、一次性链接 {links} 个、登录失败 {failures} 次、旧应答 {answers} 条。",
    "cli.jobs.purge.issues": "满保存期限，清除居民信息：{count} 件",
    "cli.jobs.purge.words": "其中密封文字：{count} 段",
    "cli.jobs.purge.photos": "其中照片：{count} 张",
    "cli.jobs.purge.sessions": "清理早已结束的会话：{count} 个",
    "cli.jobs.purge.links": "清理用过或过期的一次性链接：{count} 个",
    "cli.jobs.purge.failures": "清理登录失败的记录：{count} 次",
    "cli.jobs.purge.answers": "清理一周前的应答：{count} 条",
    "audit.purge": "按保存期限清除 {issues} 件事件的居民信息：密封文字 {words} 段、照片 {photos} 张；"
    "清理会话 {sessions} 个、一次性链接 {links} 个、登录失败 {failures} 次、旧应答 {answers} 条",
}
