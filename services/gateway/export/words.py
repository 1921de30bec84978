"""What stands in the files themselves, in both languages."""

from typing import Literal

Language = Literal["zh", "en"]

WORDS: dict[str, tuple[str, str]] = {
    "id": ("指标编号", "Metric"),
    "definition": ("口径", "Definition"),
    "version": ("口径版本", "Definition version"),
    "asked": ("查询条件", "Asked"),
    "as_of": ("时点", "As of"),
    "unit": ("单位", "Unit"),
    "value": ("数值", "Value"),
    "num": ("分子", "Numerator"),
    "den": ("分母", "Denominator"),
    "unplaced": ("未定位", "Unplaced"),
    "watermark": ("水位", "Watermark"),
    "written": ("导出时间", "Written"),
    "total": ("条数", "Rows"),
    "sum": ("合计", "Sum"),
    "moved": ("说明", "Note"),
    "moved_text": ("导出期间数据有更新，各行时点可能不完全一致", "The data moved while this was written: rows may be of slightly different moments"),
    "key": ("编号", "Key"),
    "name": ("名称", "Name"),
    "kind": ("类别", "Kind"),
    "area": ("区域", "Area"),
    "organisation": ("组织", "Organisation"),
    "at": ("日期", "Day"),
    "until": ("终止", "Until"),
    "adds": ("计入", "Adds"),
    "whole": ("合计", "Whole"),
    "without": ("未填或未定位", "Not given or unplaced"),
    "state": ("状态", "State"),
    "channel": ("渠道", "Channel"),
    "dimensions": ("属性", "Attributes"),
    "org": ("组织", "Organisation"),
    "by": ("拆分", "Split by"),
    "from": ("自", "From"),
    "to": ("至", "To"),
    "tree": ("区划", "Trees of"),
    "in": ("范围", "Part"),
    "not_in": ("除去", "Less"),
    "where": ("条件", "Where"),
    "of": ("对象", "Of"),
}


def word(key: str, language: Language) -> str:
    """One word in a language."""
    return WORDS[key][0 if language == "zh" else 1]


def language_of(asked: str | None, accepted: str) -> Language:
    """The language asked for, else the first of those the browser accepts that is ours, else Chinese."""
    if asked in {"zh", "en"}:
        return asked  # type: ignore[return-value]  # one of the two
    for part in accepted.lower().split(","):
        if (one := part.strip()[:2]) in {"zh", "en"}:
            return one  # type: ignore[return-value]  # one of the two
    return "zh"
