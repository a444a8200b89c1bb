"""What stands around every page: navigation, how fresh and complete the data are, what is wrong, switches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from baas.web.fleet import Fleet
from baas.web.loading import Problem
from baas.web.parts import Page
from baas.web.view import View, num, when

#: (name, address, key after g, Korean, English)
PAGES = (
    ("overview", "/", "o", "차량 현황", "Overview"),
    ("vehicles", "/vehicles", "v", "차량", "Vehicles"),
    ("types", "/types", "t", "차종 비교", "Car types"),
    ("findings", "/findings", "f", "이상·알림", "Findings"),
    ("quality", "/quality", "q", "데이터 품질", "Data quality"),
    ("methods", "/methods", "m", "평가 방법", "Method"),
    ("dictionary", "/dictionary", "d", "데이터 사전", "Dictionary"),
)
#: problems told in full on each page; chosen: the first few are the cause of the others
_TOLD_PROBLEMS = 4


@dataclass(frozen=True)
class NavLink:
    """One entry of the navigation."""

    name: str
    href: str
    key: str
    label: str
    is_current: bool


@dataclass(frozen=True)
class Frame:
    """The finished surroundings of a page."""

    lang: str
    theme: str
    title: str
    nav: tuple[NavLink, ...]
    as_of: str
    completeness: str
    problems: tuple[tuple[str, str], ...]
    more_problems: str
    simulated: str
    other_language: tuple[str, str]
    themes: tuple[tuple[str, str, bool], ...]
    words: dict[str, str]
    run: str


def frame(view: View, fleet: Fleet, page: Page) -> Frame:
    """The surroundings of a page."""
    nav = tuple(NavLink(name, href, key, view.say(ko, en), name == page.name) for name, href, key, ko, en in PAGES)
    told = [(problem.where, view.say(problem.ko, problem.en)) for problem in fleet.problems]
    rest = len(told) - _TOLD_PROBLEMS
    return Frame(
        lang=view.lang,
        theme=view.theme,
        title=f"{page.question} · BaaS",
        nav=nav,
        as_of=view.say(f"자료 기준 {when(fleet.last_time)}", f"data as of {when(fleet.last_time)}"),
        completeness=_completeness(view, fleet),
        problems=tuple(told[:_TOLD_PROBLEMS]),
        more_problems=view.say(f"외 {rest}건", f"and {rest} more") if rest > 0 else "",
        simulated=page.simulated,
        other_language=_other(view),
        themes=tuple((name, view.say(ko, en), (view.theme or "auto") == name) for name, ko, en in _THEMES),
        words=_words(view),
        run=fleet.run_id,
    )


_THEMES = (("auto", "자동", "Auto"), ("light", "밝게", "Light"), ("dark", "어둡게", "Dark"))


def _other(view: View) -> tuple[str, str]:
    """Label and code of the other language."""
    return ("English", "en") if view.lang == "ko" else ("한국어", "ko")


def _completeness(view: View, fleet: Fleet) -> str:
    """Mean completeness over the vehicles, as the frame's badge tells it."""
    told = [row["completeness_pct"] for row in fleet.quality.values() if row["completeness_pct"] is not None]
    if not told:
        return ""
    mean = num(sum(told) / len(told), 0)
    return view.say(f"수집 완전성 {mean} %", f"{mean} % complete")


def simulated_note(view: View, fleet: Fleet, devices: Sequence[str] | None = None) -> str:
    """What a page says when it shows vehicles that never drove; empty otherwise."""
    known = fleet.simulated
    shown = len(known) if devices is None else sum(device in known for device in devices)
    if fleet.about.get("simulated") is True:
        return view.say("모든 차량이 가상 자료입니다.", "All vehicles are simulated.")
    if not shown:
        return ""
    return view.say(
        f"이 페이지의 차량 {num(shown)}대는 가상 자료입니다.", f"{num(shown)} vehicles on this page are simulated."
    )


def empty_page(view: View, name: str, question: str) -> Page:
    """A page of a fleet that has no vehicles yet: which command to run."""
    return Page(
        name=name,
        question=question,
        sentence=view.say(
            "아직 평가된 차량이 없습니다. 아래 명령을 실행하면 이 화면이 저절로 채워집니다.",
            "No vehicle has been scored yet. Run the command below; this page fills by itself.",
        ),
        notice="python vehicle_battery_scorer.py --output results/vehicle_scores.csv",
    )


def problem_lines(view: View, problems: Sequence[Problem]) -> list[str]:
    """Problems as sentences."""
    return [f"{problem.where}: {view.say(problem.ko, problem.en)}" for problem in problems]


def _words(view: View) -> dict[str, str]:
    """Words of the templates."""
    pairs = {
        "skip": ("본문으로 건너뛰기", "Skip to content"),
        "nav": ("주 메뉴", "Main menu"),
        "product": ("전기차 배터리 관제", "EV battery fleet"),
        "theme": ("화면 밝기", "Theme"),
        "language": ("언어", "Language"),
        "apply": ("적용", "Apply"),
        "clear": ("조건 지우기", "Clear filters"),
        "filters": ("조건", "Filters"),
        "print": ("인쇄", "Print"),
        "scroll": ("표", "Table"),
        "zoom": ("확대해서 보기", "Zoom"),
        "table": ("표로 보기", "Show as table"),
        "previous": ("이전", "Previous"),
        "next": ("다음", "Next"),
        "problems": ("결과 폴더에 문제가 있습니다", "There is something wrong with the results folder"),
        "keys": ("단축키", "Keyboard"),
        "close": ("닫기", "Close"),
        "key_search": ("검색", "search"),
        "key_go": ("누른 뒤 글자: 페이지 이동", "then a letter: go to a page"),
        "key_step": ("이전·다음 차량", "previous, next vehicle"),
        "key_help": ("이 도움말", "this help"),
        "simulated": ("가상 자료", "Simulated"),
        "contents": ("이 페이지", "On this page"),
        "run": ("실행", "Run"),
        "rows": ("행", "rows"),
        "empty": ("해당하는 행이 없습니다.", "No rows."),
    }
    return {name: view.say(*pair) for name, pair in pairs.items()}
