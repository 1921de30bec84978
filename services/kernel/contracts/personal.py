"""Personal data that has no place in an event: identity numbers, mobile numbers, names of people. Contract, section 1."""

from collections.abc import Iterator
from datetime import date

from services.kernel.contracts.commands import Document

PERSONAL_FIELDS = frozenset(
    (
        *("name", "phone", "mobile", "tel", "telephone", "email", "mail", "wechat", "qq", "contact", "address", "home"),
        *("id_card", "id_number", "identity", "identity_number", "passport", "birth", "birthday", "birth_date", "birthdate"),
        *("person", "member"),
    )
)
"""Fields whose text may say who someone is, whatever it looks like; such text is masked in what is kept of a refused event."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # 2^(18-i) mod 11: GB 11643-1999, annex to 6.1
_CHECK_DIGITS = "10X98765432"
_IDENTITY_LENGTH = 18
_MOBILE_LENGTH = 11
_LENGTHS = (_MOBILE_LENGTH, _IDENTITY_LENGTH)


def is_personal(text: str) -> bool:
    """Whether the whole string is an identity number or a mobile number."""
    length = len(text)
    if length == _MOBILE_LENGTH:
        return text[0] == "1" and "3" <= text[1] <= "9" and text.isascii() and text.isdigit()
    return length == _IDENTITY_LENGTH and is_identity_number(text)


def is_identity_number(text: str) -> bool:
    """Whether a string is a citizen identity number by GB 11643: 17 digits with a date of birth, and a check digit by ISO 7064 MOD 11-2."""
    digits = text[:17]
    if len(text) != _IDENTITY_LENGTH or not (digits.isascii() and digits.isdigit()):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return _CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11] == text[17].upper()


def personal_paths(value: object, path: str = "/data") -> Iterator[str]:
    """JSON pointers of the strings below that are personal; a field's own name is looked at as well, and masked in its pointer."""
    if isinstance(value, str):
        if len(value) in _LENGTHS and is_personal(value):
            yield path
    elif isinstance(value, dict):
        for name, inner in value.items():
            if len(name) in _LENGTHS and is_personal(name):
                yield f"{path}/…"
            else:
                yield from personal_paths(inner, f"{path}/{escaped(name)}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from personal_paths(inner, f"{path}/{number}")


def has_personal(value: Document | list[object]) -> bool:  # noqa: PLR0911  as soon as one is found
    """Whether any string below is personal: the quick question, asked of every event."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if len(name) in _LENGTHS and is_personal(name):
                return True
            if isinstance(inner, str):
                if len(inner) in _LENGTHS and is_personal(inner):
                    return True
            elif isinstance(inner, dict | list) and has_personal(inner):
                return True
        return False
    for inner in value:
        if isinstance(inner, str):
            if len(inner) in _LENGTHS and is_personal(inner):
                return True
        elif isinstance(inner, dict | list) and has_personal(inner):
            return True
    return False


def escaped(name: str) -> str:
    """A field's name as one step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
