"""Sentences about backups, and what doctor finds beside chains and places."""

__all__ = ["SENTENCES"]

SENTENCES: dict[str, str] = {
    "cli.backup": "把全部数据和密钥备份成一个文件；运行中也可备份。",
    "cli.backup.done": "已备份到 {file}（{size:.1f} MB）：{issues} 件事件、{entries} 条流转记录，共 {rows} 行，{files} 个照片文件。",
    "cli.backup.keys": "备份里有解开居民信息的密钥：请像保管印章一样保管这个文件，不要外传。",
    "cli.restore": "把备份恢复到空文件夹和空数据库，SQLite 与 PostGIS 可以互换；随后体检。",
    "cli.restore.dir": "恢复到哪个空文件夹。",
    "cli.restore.database_url": "恢复到哪个空数据库；不写则为文件夹里的 SQLite。",
    "cli.restore.done": "已恢复 {made_at} 的备份（版本 {version}）：{issues} 件事件、{entries} 条流转记录，共 {rows} 行，{files} 个照片文件。",
    "cli.restore.settings": "备份时另有这些设置，请按需重新设置：{names}",
    "backup.there": "已有文件“{file}”；备份不覆盖旧文件，请换个名字。",
    "backup.no_folder": "没有存放“{file}”的文件夹；请先建好。",
    "backup.damaged": "“{file}”不是完好的备份（{why}）；没有写入任何内容，请换一份备份。",
    "backup.newer": "备份的格式是 {found}，本程序只认识到 {known}；请升级程序。",
    "restore.folder_not_empty": "文件夹“{folder}”不是空的；请恢复到空文件夹。",
    "restore.database_not_empty": "数据库 {url} 里已有数据表；请恢复到空数据库。",
    "doctor.due": "事件 {number}：期限各列互相矛盾：{fields}。",
    "doctor.ask": "事件 {number}：延期或挂账申请与流转记录不符（{kind}）。",
    "doctor.whistle": "事件 {number}：吹哨或报到与流转记录不符（{department}）。",
    "doctor.repeats": "事件 {number}：记有 {kept} 件并入，实有 {found} 件。",
    "doctor.parent": "事件 {number}：并入的事件 {parent} 自己已被并入，或不存在。",
    "doctor.holder": "事件 {number}：承办人或承办单位已停用。",
    "doctor.text": "事件 {number}：密封文字（{kind}）与流转记录的摘要不符。",
    "doctor.text_missing": "事件 {number}：流转记录提到的密封文字（{kind}）不在库中。",
    "doctor.counter": "{day} 的编号计数为 {kept}，已用到 {found}。",
}
