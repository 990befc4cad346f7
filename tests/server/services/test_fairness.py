"""How work is shared: loads by households, their middle and spread, and who is far above."""

from server.services.fairness import fairness_of
from server.services.statistics import Figure, Row, Table


def shared(*workers):
    """Compare workers, each given as (name, households, open)."""
    rows = [
        Row(
            name,
            name,
            (Figure("new", 0), Figure("open", held)),
            homes,
            (0.0, held * 1000 / homes if homes else None),
        )
        for name, homes, held in workers
    ]
    rest = Row("", "无个人承办", (Figure("new", 0), Figure("open", 99)), None, (None, None))
    return fairness_of(Table("worker", ("new", "open"), (*rows, rest), (), ()))


def test_the_heaviest_load_comes_first_and_those_without_households_last():
    found = shared(("a", 500, 2), ("b", None, 9), ("c", 100, 1), ("d", 400, 0))
    assert [one.name for one in found.loads] == ["c", "a", "d", "b"]
    assert (found.middle, found.compared) == (4.0, 3)
    assert [one.times for one in found.loads] == [2.5, 1.0, 0.0, None]


def test_far_above_is_more_than_twice_the_median_and_not_by_an_issue_or_two():
    found = shared(("a", 500, 9), ("b", 500, 2), ("c", 500, 2), ("d", 500, 1), ("few", 100, 1))
    assert [one.name for one in found.loads if one.is_far] == ["a"]
    assert (found.low, found.middle, found.high) == (4.0, 4.0, 10.0)


def test_two_are_too_few_to_compare_and_nobody_is_no_fault():
    found = shared(("a", 500, 9), ("b", 500, 1))
    assert (found.middle, found.low, [one.is_far for one in found.loads]) == (10.0, None, [False, False])
    assert shared().loads == ()
    assert shared(("a", None, 3)).middle is None
