"""What is said of photos: those that are not taken, those that are, the files they lie in."""

__all__ = ["NAMES", "SENTENCES"]

SENTENCES: dict[str, str] = {
    "photo.empty": "第 {n} 张照片是空文件；请重新选择照片。",
    "photo.too_large": "第 {n} 张照片有 {size}，最大 {limit}；请用手机重新拍一张，或压缩后再传。",
    "photo.kind": "第 {n} 个是 {value} 文件，不是照片；请传 JPEG、PNG 或 WebP 照片。",
    "photo.unknown": "看不出第 {n} 个是什么文件；请传 JPEG、PNG 或 WebP 照片。",
    "photo.damaged": "第 {n} 个文件（{value}）不完整或已损坏；请重新拍一张，或另选一张 JPEG、PNG 或 WebP 照片。",
    "photo.pixels": "第 {n} 张照片有 {width}×{height} 像素，最多 {limit} 百万像素；请缩小后再传。",
    "photo.two_things": "第 {n} 个文件（{value}）里还夹带了别的内容（网页、文档或压缩包），不能收；请用相机原照片，或截图后再传。",
    "photo.busy": "此刻传照片的人太多，照片没有存下；请过几秒再传一次。",
    "photo.none": "还没有选照片；请至少选一张。",
    "photo.many": "一次最多传 {limit} 张，这次有 {count} 张；请分几次传。",
    "photo.full": "每件事件最多 {limit} 张照片，已有 {count} 张；请先选最要紧的。",
    "photo.not_files": "照片要作为文件上传，不能只写张数；请用 /api/v1/issues/编号/photos。",
    "photo.uids": "每张照片各有一个标识：有 {count} 张照片，却有 {uids} 个标识；请一张对一个，或都不写。",
    "photo.uid_taken": "照片标识 {value} 已用于另一张照片；请换一个标识。",
    "photo.form": "这里收的是表单（multipart/form-data），照片放在 photos 里。",
    "files.not_found": "没有这个文件，或不在你负责的范围内。",
    "files.unreachable": "存放照片的服务没有应答或拒绝了（{why}）；请稍后再试，或请管理员检查 WANGGE_FILES_ 开头的设置。",
    "files.extra": "{setting} 写了 S3 地址，但没有安装 s3 附加组件；请安装 wangge[s3]，或把 {setting} 留空。",
    "cli.doctor.all": "全部事件重新落格、全部照片文件都读一遍；事件多时较慢。",
    "doctor.photo_missing": "事件 {number}：照片文件 {digest} 不在。",
    "doctor.photo_damaged": "事件 {number}：照片文件 {digest} 的内容变了。",
    "doctor.photo_entry": "事件 {number}：照片与流转记录不符（{uid}）。",
}
NAMES: dict[str, dict[str, str]] = {
    "action": {"attach": "附照片"},
    "field": {"kind": "哪一种照片", "uid": "照片标识"},
    "photo": {"before": "办理前", "after": "办理后", "other": "其他"},
}
