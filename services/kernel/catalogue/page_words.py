"""The words of the catalogue's page, in both languages."""

from typing import Literal

Language = Literal["zh", "en"]

SECTIONS: dict[str, dict[Language, str]] = {
    "R": {"en": "Registers", "zh": "台账"},
    "A": {"en": "Activities", "zh": "活动"},
    "C": {"en": "Cases", "zh": "事项"},
    "M": {"en": "Figures", "zh": "指标"},
}
"""The four published lists, by the letter of their lines."""

FAMILY_NAMES: dict[str, dict[Language, str]] = {
    "area": {"en": "Areas", "zh": "区域"},
    "organisation": {"en": "Organisations", "zh": "组织"},
    "member": {"en": "Members", "zh": "党员"},
    "unit": {"en": "Units", "zh": "单位"},
    "entry": {"en": "Register entries", "zh": "台账条目"},
    "link": {"en": "Links", "zh": "关联"},
    "amount": {"en": "Amounts", "zh": "数额"},
    "activity": {"en": "Activities", "zh": "活动"},
    "attendance": {"en": "Attendance", "zh": "参加记录"},
    "shift": {"en": "Shifts", "zh": "服务时段"},
    "visit": {"en": "Visits", "zh": "走访"},
    "case": {"en": "Cases", "zh": "事项"},
}

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "What the catalogue carries",
        "lead": "Made from `catalogue/` by `./run catalogue page`: change the catalogue, not this page. Each line of the published lists of systems "
        "(registers, activities, cases) and of figures stands with the kind or definition that carries it. "
        "An example is the `data` of an event that a source may tell.",
        "other": "中文",
        "other_file": "catalogue.zh-CN.md",
        "general": "What is counted of every kind",
        "general_lead": "Whatever the kind, a thing of a family feeds these; `kind=` narrows a question to one kind and those below it.",
        "family": "family",
        "figures": "figures",
        "tell": "Tell",
        "attributes": "Attributes",
        "states": "States",
        "feeds": "Feeds",
        "of_family": "and those of every `{family}`",
        "nothing": "no figure by itself",
        "printed": "Published figures",
        "writers": "Written by",
        "valid": "Valid",
        "reading": "Reading taken",
        "source": "From",
        "dimensions": "Dimensions",
        "made_of": "Made of",
        "required": "required",
        "dimension": "dimension",
        "sum": "added up",
        "unlinkable": "people are dropped",
        "public": "public",
        "internal": "internal",
        "restricted": "restricted",
        "stock": "as of a day",
        "flow": "over a period",
        "cohort": "those opened in a period, as they stand on a day",
    },
    "zh": {
        "title": "目录里有什么",
        "lead": "本页由 `./run catalogue page` 依据 `catalogue/` 生成：要改就改目录，不改本页。公开材料所列的每一项系统（台账、活动、事项）和每一项指标，"
        "都与承载它的类别或定义列在一起。示例即来源可上报的事件的 `data`。",
        "other": "English",
        "other_file": "catalogue.md",
        "general": "各类别都计的指标",
        "general_lead": "不论类别，同一族的事物都计入下列指标；用 `kind=` 可限定到某一类别及其下级。",
        "family": "族",
        "figures": "指标",
        "tell": "上报",
        "attributes": "属性",
        "states": "状态",
        "feeds": "计入",
        "of_family": "以及 `{family}` 族共有的指标",
        "nothing": "本身不计入指标",
        "printed": "公开数字",
        "writers": "上报单位",
        "valid": "有效期",
        "reading": "采用的口径",
        "source": "出处",
        "dimensions": "维度",
        "made_of": "构成",
        "required": "必填",
        "dimension": "维度",
        "sum": "求和",
        "unlinkable": "不留个人",
        "public": "公开",
        "internal": "内部",
        "restricted": "受限",
        "stock": "期末数",
        "flow": "期内数",
        "cohort": "某期立案、某日状态",
    },
}
