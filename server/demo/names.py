"""Pools of names for roads, lanes, compounds and people; combined at random, they belong to nobody."""

from collections.abc import Iterator
from itertools import product

import numpy as np

__all__ = [
    "FIXED_COMPOUNDS",
    "GIVEN_FIRST",
    "GIVEN_SECOND",
    "LANES",
    "ROAD_WORDS",
    "SURNAMES",
    "compound_names",
    "ordinal",
    "road_names",
]

FIXED_COMPOUNDS: dict[tuple[str, int], str] = {
    ("文峰社区", 1): "小城故事",
    ("文峰社区", 2): "小城故事",
    ("文峰社区", 4): "百度城",
    ("文峰社区", 5): "百度城",
    ("文峰社区", 7): "时代嘉园",
    ("文峰社区", 8): "时代嘉园",
}

LANES = (
    "钱尚书院巷", "青石巷", "井台巷", "书院前巷", "槐树巷", "染坊巷", "油坊巷", "药王巷", "小桥巷", "灯笼巷",
    "打铁巷", "酱园巷", "竹篱巷", "双井巷", "棋盘巷", "碾坊巷", "柳叶巷", "豆腐巷", "三元巷", "石榴巷",
    "枣园巷", "月牙巷", "扁担巷", "米市巷", "箍桶巷", "裁衣巷", "茶亭巷", "百子巷", "半边巷", "听雨巷",
)  # fmt: skip

ROAD_WORDS = (
    "文化", "人民", "建设", "青年", "昌盛", "振兴", "学府", "海兴", "文山", "胜利", "光明", "和平", "解放",
    "新华", "中山", "东风", "迎宾", "朝阳", "平安", "福山", "凤林", "龙泉", "柳林", "银杏", "松涛", "翠竹",
    "桂花", "海棠", "玉兰", "丹桂", "锦绣", "长江", "黄河", "淮海", "泰山", "崂山", "昆仑", "天山", "嵩山",
    "珠江", "渤海", "黄海", "沂河", "汶河", "乳山", "文登", "荣成", "环翠", "古陌", "统一", "世昌", "顺河",
    "仓前", "育英", "育才", "崇文", "尚德", "明德", "致远", "弘毅", "勤业", "兴业", "工友", "纺织", "电力",
    "粮库", "车站", "体育", "公园", "影院", "邮电", "卫生", "园林", "花圃", "渔港", "盐场", "石桥", "水塔",
    "东明", "西华", "南苑", "北苑", "吉祥", "如意", "安康", "长寿", "永福", "同心", "团结", "友谊", "前进",
    "红旗", "丰收", "春晖", "秋实", "晨光", "星海", "云溪", "月桥", "清泉",
)  # fmt: skip

_COMPOUND_HEADS = (
    "锦绣", "阳光", "丽景", "海悦", "金域", "碧水", "翠竹", "凤凰", "明珠", "祥和", "安泰", "福临", "紫薇",
    "桂香", "望海", "银杏", "春晖", "文汇", "学府", "滨河", "东方", "金桂", "华都", "盛世", "书香", "水岸",
    "枫林", "梧桐", "香樟", "玉兰", "百合", "蓝天", "星河", "康乐", "平安", "富康", "永安", "长青", "松园",
    "竹园", "梅园", "菊园", "荷塘", "柳岸", "新世纪", "南海", "北辰", "东城", "西城", "幸福里", "光华",
    "颐和", "荷香", "名仕", "御景", "恒安", "隆兴", "鑫源", "龙泉", "泰和",
)  # fmt: skip
_COMPOUND_TAILS = ("小区", "花园", "家园", "新村", "嘉苑", "公寓", "名居", "华庭", "雅园", "山庄")
_DORMITORIES = (
    "纺织厂", "供销社", "粮食局", "机床厂", "化肥厂", "农机厂", "百货公司", "邮电局", "水产公司", "汽修厂",
    "酿酒厂", "印刷厂", "地毯厂", "建筑公司", "电机厂", "无线电厂", "轴承厂", "玻璃厂", "外贸公司", "运输公司",
    "渔具厂", "皮革厂", "橡胶厂", "园艺场",
)  # fmt: skip

SURNAMES = tuple(
    "王张刘陈杨黄周徐孙马朱胡郭何高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
)
GIVEN_FIRST = tuple("晓文志海玉秀建国春桂家明金永雪立子思佳丽宝振景云慧书静广传成新彦德")
GIVEN_SECOND = tuple("芳梅兰英霞娟燕红萍琴敏宁芬涛军强勇刚伟峰磊斌鹏辉杰凯超洋波平林生来顺")

_DIGITS = "零一二三四五六七八九"


def ordinal(number: int) -> str:
    """Write 1 to 99 as a Chinese numeral.

    Parameters
    ----------
    number : int
        1 to 99.

    Returns
    -------
    str
        E.g. ``"八"``, ``"十二"``, ``"三十"``.
    """
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def compound_names(rng: np.random.Generator) -> Iterator[str]:
    """Yield names of compounds, each once, in random order (about 670).

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.

    Yields
    ------
    str
        E.g. ``"锦绣家园"`` or ``"纺织厂宿舍"``.
    """
    names = [head + tail for head, tail in product(_COMPOUND_HEADS, _COMPOUND_TAILS)]
    names += [head + tail for head, tail in product(_DORMITORIES, ("宿舍", "家属院"))]
    yield from (names[i] for i in rng.permutation(len(names)))


def road_names(suffix: str) -> Iterator[str]:
    """Yield road names with a suffix, the plain ones first, then numbered ones.

    Parameters
    ----------
    suffix : str
        街 (east to west) or 路 (north to south).

    Yields
    ------
    str
        E.g. ``"文化路"``, later ``"柳林一路"``.
    """
    yield from (word + suffix for word in ROAD_WORDS)
    yield from (f"{word}{ordinal(number)}{suffix}" for number, word in product((1, 2, 3), ROAD_WORDS))
