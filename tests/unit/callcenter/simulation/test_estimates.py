"""Half widths are those of the tables of Student's t."""

import pytest

from callcenter.simulation.queueing.estimates import half_width, t_quantile


@pytest.mark.parametrize(
    ("probability", "degrees", "expected"),
    [
        (0.995, 1, 63.6567),
        (0.995, 19, 2.86093),
        (0.975, 10, 2.22814),
        (0.95, 5, 2.01505),
        (0.9995, 9, 4.78091),
        (0.995, 1000, 2.58075),
    ],
)
def test_quantiles_of_the_tables(probability: float, degrees: int, expected: float) -> None:
    assert t_quantile(probability, degrees) == pytest.approx(expected, rel=1e-5)


def test_half_width() -> None:
    """Mean 2, standard deviation 1, three values: t(0.995, 2) / sqrt(3)."""
    assert half_width([1.0, 2.0, 3.0]) == pytest.approx(9.92484 / 3**0.5, rel=1e-5)


def test_one_value_says_nothing_about_spread() -> None:
    assert half_width([1.0]) is None
    assert half_width([]) is None
