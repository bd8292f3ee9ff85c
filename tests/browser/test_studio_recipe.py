"""The browser and the server make the same recipe of the same form."""

import pytest

from audio import TrackSpec
from jobs.studio.form import JobForm
from jobs.studio.presets import PRESETS
from tests.browser.test_journey import _sign_in
from tests.jobs.choices import FILLINGS

pytestmark = pytest.mark.xdist_group("browser")

# What the page would send, and what its preview would play.
_BOTH = """async values => {
    const { fill, valuesOf } = await import("/static/js/studio/form.js");
    const { recipeOf } = await import("/static/js/studio/recipe.js");
    const form = document.getElementById("studio");
    fill(form, values);
    return [valuesOf(form), recipeOf(form)];
}"""

STARTS = {preset.key: preset.choices() for preset in PRESETS}


@pytest.fixture(scope="module")
def studio(browser, site):
    """The studio, opened once."""
    with browser.new_context() as context, context.new_page() as page:
        _sign_in(page, site)
        yield page


@pytest.mark.parametrize(
    "filling", [*STARTS.values(), *FILLINGS.values()], ids=[*STARTS, *FILLINGS]
)
def test_the_same_recipe(studio, filling):
    studio.reload()
    sent, recipe = studio.evaluate(_BOTH, {"affirmations": "I am calm\nI am here."} | filling)
    form = JobForm(sent)
    assert form.is_valid(), form.errors
    assert TrackSpec.parse(recipe) == form.cleaned_data["spec"]
