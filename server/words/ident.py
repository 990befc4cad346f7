"""Sentences of signing in: passwords, sessions, one-time links, the second factor, the organisation's account."""

__all__ = ["NAMES", "SENTENCES"]

SENTENCES: dict[str, str] = {
    "auth.busy": "此刻登录的人太多，请过几秒再试。",
    "auth.code": "验证码不对，或已经用过；请等应用显示下一个再试。",
    "auth.code_late": "登录等待超过 {minutes} 分钟，请重新输入登录名和口令。",
    "auth.session": "这个页面只能登录后使用，不能用令牌。",
    "session.this": "这是本机的登录；要结束它请点“退出”。",
    "session.unknown": "没有这个登录，或已经结束。",
    "password.long": "口令最多 {most} 个字符。",
    "password.login": "口令不能与登录名相同，请换一个。",
    "password.common": "这个口令太常见，容易被猜到，请换一个。",
    "password.wrong": "原口令不对，没有修改。",
    "password.differ": "两次输入的新口令不同，请重新输入。",
    "reset.gone": "这个链接不可用：可能已经用过、已过期，或有了更新的链接。请向管理员索取新的链接。",
    "reset.cannot": "{name}的账号已停用，或只供程序使用，不能设置口令。",
    "reset.done": "口令已设置，请用新口令登录。",
    "totp.on": "两步验证已经开启；如要换手机，请先关闭。",
    "totp.off": "两步验证没有开启。",
    "totp.late": "这个二维码已失效，请重新扫描。",
    "totp.lost": "你的两步验证已无法核对（密钥不见了）；请管理员关闭你的两步验证，登录后再重新开启。",
    "totp.extra": "本机没有安装两步验证所需的部件；请管理员安装 wangge[totp]。",
    "oidc.off": "没有设置统一身份登录；请用登录名和口令登录。",
    "oidc.extra": "本机没有安装统一身份登录所需的部件；请管理员安装 wangge[oidc]。",
    "oidc.down": "统一身份平台没有回应，请稍后再试，或用登录名和口令登录。",
    "oidc.refused": "统一身份平台没有确认你的身份，请重新登录。",
    "oidc.stranger": "统一身份账号没有对应的本系统账号；请管理员为你建立同名账号。",
    "audit.sign_in": "登录（{method}）",
    "audit.sign_in.failed": "登录失败（{step}）",
    "audit.sign_out": "退出登录",
    "audit.session.ended": "结束 {count} 个登录",
    "audit.password.changed": "修改自己的口令",
    "audit.password.link": "生成设置口令的一次性链接",
    "audit.password.reset": "用一次性链接设置口令",
    "audit.totp.on": "开启两步验证",
    "audit.totp.off": "关闭两步验证",
    "audit.oidc.linked": "绑定统一身份账号",
}
NAMES: dict[str, dict[str, str]] = {
    "sign_in": {"password": "口令", "totp": "口令和验证码", "oidc": "统一身份", "code": "验证码"},
    "field": {"password": "口令", "old": "原口令", "again": "再次输入", "digits": "验证码"},
}
