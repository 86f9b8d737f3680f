"""Names put together from parts, in the scripts that a directory of people really holds.

Each part is written twice: as it is shown, and in the letters of an e-mail address. The people are made up; a name
that somebody bears is a coincidence of two common parts.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")
Part = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Script:
    """Parts of names that go together. `share` is how often, in a hundred, a name is made of them."""

    share: int
    given: tuple[Part, ...]
    family: tuple[Part, ...]
    pattern: str = "{given} {family}"


def _plain(words: str) -> tuple[Part, ...]:
    """Parts whose letters are those of an e-mail address already."""
    return tuple((word, word.lower()) for word in words.split())


def _pairs(words: str) -> tuple[Part, ...]:
    """Parts written `shown/address`."""
    parts = (word.partition("/") for word in words.split())
    return tuple((shown, address) for shown, _, address in parts)


SCRIPTS = (
    Script(
        62,
        _plain(
            "Ada Ben Cara Dana Eli Fay Gus Hana Ida Jon Kai Lea Mia Ned Ola Pia Quin Rae Sam Tess Uma Vic Wim Yara Zoe"
        ),
        _plain(
            "Alder Birch Cobb Dale Eastman Flint Grove Heath Irwin Juniper Keller Lund Marsh North Oakes Pike Quill "
            "Reed Stone Thorne Underhill Vale West Yarrow Zeller"
        ),
    ),
    Script(
        16,
        _pairs(
            "José/jose Zoë/zoe Søren/soren Łucja/lucja Çağla/cagla Jürgen/juergen Éloïse/eloise Žofia/zofia "
            "Núria/nuria Thảo/thao"
        ),
        _pairs(
            "Müller/mueller Østby/ostby Gonçalves/goncalves Wójcik/wojcik Šimák/simak Ångström/angstrom "
            "Yılmaz/yilmaz Ībele/ibele Peña/pena Nguyễn/nguyen"
        ),
    ),
    Script(
        5,
        _pairs("Анна/anna Борис/boris Вера/vera Глеб/gleb Дарья/darya"),
        _pairs("Лесник/lesnik Морозко/morozko Озерко/ozerko Полевик/polevik"),
    ),
    Script(
        4,
        _pairs("Αθηνά/athina Νίκος/nikos Ελένη/eleni Θάνος/thanos"),
        _pairs("Θαλασσινός/thalassinos Βουνός/vounos Ποταμίτης/potamitis"),
    ),
    Script(
        4,
        _pairs("ليلى/layla كريم/karim نور/noor سمير/samir"),
        _pairs("النجار/alnajjar البحري/albahri الحداد/alhaddad"),
    ),
    Script(
        2,
        _pairs("נועה/noa אורי/uri תמר/tamar"),
        _pairs("הררי/harari ימיני/yamini כרמלי/carmeli"),
    ),
    Script(
        5,
        _pairs("明/ming 小雨/xiaoyu 伟/wei 春/haru 静/jing"),
        _pairs("林/lin 山川/yamakawa 石/shi 高/gao"),
        "{family}{given}",
    ),
    Script(
        2,
        _pairs("अनिल/anil मीरा/mira कविता/kavita"),
        _pairs("पर्वत/parvat सागर/sagar"),
    ),
)

_WHEEL = tuple(script for script in SCRIPTS for _ in range(script.share))


def pick(rng: random.Random, items: Sequence[Item]) -> Item:
    """One of the items. Only `random()` is drawn on: its sequence is the one that Python promises not to change."""
    return items[int(rng.random() * len(items))]


def build_name(rng: random.Random) -> tuple[str, str]:
    """A name as shown, and the part of an e-mail address that goes with it."""
    script = pick(rng, _WHEEL)
    given, given_address = pick(rng, script.given)
    family, family_address = pick(rng, script.family)
    return script.pattern.format(given=given, family=family), f"{given_address}.{family_address}"
