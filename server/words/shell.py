"""Sentences of the HTTP shell: what is refused before anybody looks at it, certificates, keys."""

__all__ = ["SENTENCES"]

SENTENCES: dict[str, str] = {
    "request.host": "不能以这个主机名访问；请用管理员告知的地址。",
    "request.foreign": "这个请求来自别的网站，已拒绝；请在本系统的页面上操作。",
    "request.parameters": "地址里的参数太多，最多 {most} 个。",
    "request.too_many": "操作太频繁，请 {seconds} 秒后再试。",
    "keys.lost": "密钥文件 {file} 不见了，而库里有用它加密的内容；请从备份恢复这个文件，程序不会另造一份。",
    "keys.open": "文件 {file} 别人也能读（权限 {mode}），里面有密钥；请运行 chmod 600 {file}。",
}
