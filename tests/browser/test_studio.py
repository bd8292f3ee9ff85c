"""The studio in a real browser: presets, the drawn beat, the draft, listening."""

import re

import pytest
from playwright.sync_api import expect

from audio import TrackSpec
from jobs.studio.form import JobForm
from jobs.studio.presets import PRESETS
from tests.browser.lived_in import DEMO
from tests.browser.test_journey import _sign_in
from tests.jobs.choices import FILLINGS


@pytest.fixture
def studio(page, site, complaints):
    """The studio of somebody who comes for the first time; nothing may complain."""
    _sign_in(page, site)
    expect(page.locator("#chart")).to_be_visible()
    yield page
    # A question to the server that a newer one, or the next page, made needless is no fault.
    needless = ("htmx:afterRequest", "htmx:sendAbort")
    assert [told for told in complaints if not told.startswith(needless)] == []


def _words(page):
    return page.get_by_label("Your words")


def _choose(page, preset):
    page.get_by_role("radio", name=re.compile(f"^{preset}")).check(force=True)


# --- One recipe -------------------------------------------------------------------------------

# What the page would send, and what its preview would play.
_BOTH = """async values => {
    const { fill, valuesOf } = await import("/static/js/studio/form.js");
    const { recipeOf } = await import("/static/js/studio/recipe.js");
    const form = document.getElementById("studio");
    form.reset();
    fill(form, values);
    return [valuesOf(form), recipeOf(form)];
}"""

STARTS = {preset.key: preset.choices() for preset in PRESETS}


def test_the_browser_and_the_server_make_the_same_recipe(studio):
    for name, filling in (STARTS | FILLINGS).items():
        sent, recipe = studio.evaluate(_BOTH, {"affirmations": "I am calm\nI am here."} | filling)
        form = JobForm(sent)
        assert form.is_valid(), (name, form.errors)
        assert TrackSpec.parse(recipe) == form.cleaned_data["spec"], name


# --- A first track in a few taps --------------------------------------------------------------


def test_a_first_track_takes_three_taps_and_no_typing(browser, site):
    phone = {"width": 390, "height": 844}
    with browser.new_context(viewport=phone, has_touch=True) as context, context.new_page() as page:
        _sign_in(page, site)
        page.get_by_role("button", name="Start from a few lines").tap()
        expect(page.locator("#cost")).to_contain_text("1 credit")
        expect(_words(page)).to_have_value(re.compile("I let the day go"))
        _choose(page, "Nap")
        expect(_words(page)).to_have_value(re.compile("I have a little time"))
        expect(page.get_by_label("Length", exact=True)).to_have_value("25")
        page.get_by_label("Length", exact=True).fill("1")
        page.get_by_label("How often each line").fill("1")
        page.get_by_label("Fade out").evaluate("field => { field.value = 2 }")
        page.get_by_role("button", name=re.compile("Make my track")).dblclick()
        expect(page).to_have_url(re.compile(r"/jobs/[0-9a-f-]{36}/$"))
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("little time"))
        # One job for two clicks, and nothing of it left as a draft.
        page.goto(f"{site.url}/studio/")
        expect(_words(page)).to_have_value("")
        expect(page.locator("#draft")).to_be_hidden()
        page.goto(f"{site.url}/jobs/")
        assert page.locator("a[href^='/jobs/']:has-text('little time')").count() == 1


def test_a_preset_fills_the_form_keeps_own_words_and_can_be_undone(studio):
    _words(studio).fill("My own words")
    studio.get_by_label("Length", exact=True).fill("33")
    _choose(studio, "Focus")
    expect(studio.get_by_role("status").filter(has_text="Focus is filled in")).to_be_visible()
    expect(studio.get_by_label("Length", exact=True)).to_have_value("40")
    expect(studio.get_by_label("Rain", exact=True).first).to_be_checked()
    expect(studio.get_by_label("Ocean", exact=True).first).not_to_be_checked()
    expect(_words(studio)).to_have_value("My own words")
    studio.get_by_role("button", name="Undo").click()
    expect(studio.get_by_label("Length", exact=True)).to_have_value("33")
    expect(studio.get_by_label("Ocean", exact=True).first).to_be_checked()
    expect(studio.get_by_role("radio", name=re.compile("^Sleep"))).to_be_checked()


def test_a_preset_that_fills_the_form_moves_neither_the_presets_nor_what_one_types_in(studio):
    def top(css):
        return studio.locator(css).evaluate("e => e.getBoundingClientRect().top + scrollY")

    presets = top(".preset-row")
    _choose(studio, "Focus")
    expect(studio.locator("#draft")).to_be_visible()
    assert top(".preset-row") == presets
    title = top("#id_title")
    studio.get_by_label("Title").fill("M")
    expect(studio.locator("#draft")).to_be_hidden()
    assert top("#id_title") == title


def test_six_sounds_are_all_and_the_others_wait(studio):
    for key in ("rain", "wind", "fire", "stream"):
        studio.locator(f"#id_bed_{key}").check(force=True)
    white = studio.locator("#id_bed_white")
    expect(white).to_be_disabled()
    expect(studio.locator("[name=beds]:enabled")).to_have_count(6)
    expect(studio.get_by_role("status").filter(has_text="That makes six")).to_be_visible()
    studio.locator("#id_bed_fire").uncheck(force=True)
    expect(white).to_be_enabled()
    expect(studio.locator("[name=beds]:disabled")).to_have_count(0)
    expect(studio.locator("#sounds-full")).to_be_hidden()


def test_usual_lengths_stand_beside_the_middle_of_the_length(studio):
    boxes = [studio.locator(css).bounding_box() for css in ("#id_duration_min", "#minutes")]
    length, usual = (box["y"] + box["height"] / 2 for box in boxes)
    assert usual == pytest.approx(length, abs=1)


def test_the_nearest_presence_is_lit_and_the_level_stays(studio):
    presence = studio.locator("#presence")
    expect(presence.locator("[aria-pressed=true]")).to_have_text(["Clear"])
    expect(studio.locator("#id_voice_db")).to_have_value("-18")
    studio.locator("#id_voice_db").fill("-37")
    expect(presence.locator("[aria-pressed=true]")).to_have_text(["Barely heard"])
    expect(studio.locator("#id_voice_db")).to_have_value("-37")


def test_a_length_that_is_none_is_not_on_the_ticket_and_the_quote_says_why(studio):
    _words(studio).fill("I am calm")
    brief, quote = studio.locator("#brief .facts"), studio.locator("#quote")
    expect(brief).to_have_text("Sleep · 45 min")
    for wrong, told in (("", "This field is required"), ("999", "Must be from 1 to 120 minutes")):
        studio.get_by_label("Length", exact=True).fill(wrong)
        expect(brief).to_have_text("Sleep")
        expect(quote).to_contain_text(f"Length: {told}")
    quote.get_by_role("link", name="Length").click()
    expect(studio.get_by_label("Length", exact=True)).to_be_focused()


def test_a_long_title_leaves_room_on_the_ticket(studio):
    name = studio.locator("#brief .name")
    studio.get_by_label("Title").fill("Calm")
    line = name.bounding_box()["height"]
    studio.get_by_label("Title").fill("Averylongword" * 9)
    assert name.bounding_box()["height"] == pytest.approx(3 * line, abs=1)


def test_a_phone_shows_the_pace_and_speaks_of_no_keys(browser, site):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with browser.new_context(**phone) as context, context.new_page() as page:
        _sign_in(page, site)
        _words(page).fill("I am calm")
        expect(page.get_by_text(re.compile("5 spoken lines, one about every"))).to_be_visible()
        expect(page.get_by_text(re.compile("double tap"))).to_be_visible()
        expect(page.get_by_text(re.compile("arrow keys"))).to_be_hidden()


def test_a_link_can_name_the_preset(studio, site):
    studio.goto(f"{site.url}/studio/?preset=energy")
    expect(studio.get_by_role("radio", name=re.compile("^Energy"))).to_be_checked()
    expect(studio.get_by_label("Length", exact=True)).to_have_value("15")


# --- The beat over time -----------------------------------------------------------------------


def _curve(page):
    return page.evaluate("JSON.parse(document.getElementById('curve-value').value)")


def test_points_move_with_the_keyboard_and_say_where_they_are(studio):
    points = studio.get_by_role("slider", name=re.compile("^Point"))
    expect(points).to_have_count(4)
    point = points.nth(1)
    expect(point).to_have_attribute("aria-valuetext", "minute 4.5, 8 Hz, Theta")
    point.focus()
    studio.keyboard.press("Shift+ArrowUp")
    studio.keyboard.press("ArrowUp")
    studio.keyboard.press("ArrowRight")
    expect(point).to_have_attribute("aria-valuetext", "minute 5, 9.1 Hz, Alpha")
    expect(studio.get_by_role("radio", name=re.compile("^Your own"))).to_be_checked()
    studio.keyboard.press("Enter")
    expect(points).to_have_count(5)
    expect(points.nth(2)).to_be_focused()
    studio.keyboard.press("Delete")
    expect(points).to_have_count(4)
    # The ends stay, and keep their time.
    points.first.focus()
    studio.keyboard.press("Delete")
    studio.keyboard.press("ArrowRight")
    assert _curve(studio)[0][0] == 0
    expect(points).to_have_count(4)


def _drag(studio, point) -> tuple[float, float]:
    """Drag a point some way right and up; gives where it was."""
    box = point.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    studio.mouse.move(x, y)
    studio.mouse.down()
    studio.mouse.move(x + 60, y - 50, steps=5)
    studio.mouse.up()
    return x, y


def test_points_are_dragged_and_added_with_a_pointer(studio):
    point = studio.get_by_role("slider", name=re.compile("^Point 3"))
    point.scroll_into_view_if_needed()
    x, y = _drag(studio, point)
    share, hz, _curve_name = _curve(studio)[2]
    assert share > 0.5
    assert 4 < hz < 12
    studio.mouse.dblclick(x - 80, y - 100)
    assert len(_curve(studio)) == 5


def test_a_finger_drags_a_point_and_not_the_page(browser, site):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with browser.new_context(**phone) as context, context.new_page() as page:
        _sign_in(page, site)
        point = page.get_by_role("slider", name=re.compile("^Point 3"))
        point.scroll_into_view_if_needed()
        box, top = point.bounding_box(), page.evaluate("scrollY")
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        finger = context.new_cdp_session(page)
        for kind, moved in [("touchStart", 0), *[("touchMove", n) for n in range(10, 71, 10)]]:
            at = [{"x": x + moved, "y": y - moved}]
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        share, hz, _curve_name = _curve(page)[2]
        assert share > 0.6
        assert hz > 8
        assert page.evaluate("scrollY") == top


def test_a_point_is_set_exactly_by_its_figures(studio):
    studio.get_by_role("slider", name=re.compile("^Point 2")).focus()
    studio.get_by_text("This point exactly").click()
    studio.get_by_label("Minute", exact=True).fill("9")
    studio.get_by_label("Beat in Hz").fill("7.5")
    studio.get_by_label("Goes on").select_option("step")
    assert _curve(studio)[1] == [0.2, 7.5, "step"]


def _undo(page):
    page.keyboard.press("Control+z")


def test_the_curve_is_undone_act_by_act_and_words_are_not(studio):
    _words(studio).press_sequentially("I am calm")
    points = studio.get_by_role("slider", name=re.compile("^Point"))
    points.nth(1).focus()
    studio.keyboard.press("ArrowUp")
    studio.keyboard.press("Delete")
    expect(points).to_have_count(3)
    expect(studio.locator("#course-says")).to_have_text("Point removed.")
    _undo(studio)
    expect(points).to_have_count(4)
    expect(points.nth(1)).to_be_focused()
    expect(points.nth(1)).to_have_attribute("aria-valuetext", re.compile("8.1 Hz"))
    expect(studio.locator("#course-says")).to_be_empty()
    _undo(studio)
    # The first act led away from the preset.
    expect(studio.get_by_role("radio", name=re.compile("^Sleep"))).to_be_checked()
    expect(points.nth(1)).to_have_attribute("aria-valuetext", re.compile("8 Hz"))
    _undo(studio)
    expect(_words(studio)).to_have_value("I am calm")


def test_a_drag_and_what_is_typed_of_a_point_are_one_act_each(studio):
    point = studio.get_by_role("slider", name=re.compile("^Point 3"))
    point.scroll_into_view_if_needed()
    told = point.get_attribute("aria-valuetext")
    _drag(studio, point)
    dragged = point.get_attribute("aria-valuetext")
    assert dragged != told
    studio.get_by_text("This point exactly").click()
    hz = studio.get_by_label("Beat in Hz")
    before = hz.input_value()
    hz.press_sequentially("1")
    hz.fill("12")
    _undo(studio)
    expect(hz).to_be_focused()
    expect(hz).to_have_value(before)
    expect(point).to_have_attribute("aria-valuetext", dragged)
    _undo(studio)
    expect(point).to_have_attribute("aria-valuetext", told)


def test_a_drag_can_be_undone_without_a_keyboard(studio):
    point = studio.get_by_role("slider", name=re.compile("^Point 3"))
    point.scroll_into_view_if_needed()
    told = point.get_attribute("aria-valuetext")
    undo = studio.locator("#course-undo")
    expect(undo).to_be_hidden()
    _drag(studio, point)
    studio.keyboard.press("ArrowUp")
    undo.click()
    expect(point).not_to_have_attribute("aria-valuetext", told)
    undo.click()
    expect(point).to_have_attribute("aria-valuetext", told)
    expect(undo).to_be_hidden()


def test_what_was_done_to_a_curve_can_be_undone_by_hand_until_another_one_is_there(studio):
    points = studio.get_by_role("slider", name=re.compile("^Point"))
    undo = studio.locator("#course-undo")
    points.nth(1).focus()
    studio.keyboard.press("Delete")
    undo.click()
    expect(points).to_have_count(4)
    expect(undo).to_be_hidden()
    points.nth(1).focus()
    studio.keyboard.press("Delete")
    _choose(studio, "Focus")
    expect(undo).to_be_hidden()
    told = points.first.get_attribute("aria-valuetext")
    points.first.focus()
    _undo(studio)
    expect(points.first).to_have_attribute("aria-valuetext", told)
    expect(studio.get_by_role("radio", name=re.compile("^Focus"))).to_be_checked()


def test_without_a_beat_there_is_no_curve_and_it_comes_back_as_it_was(studio):
    studio.get_by_role("slider", name=re.compile("^Point 2")).press("ArrowUp")
    drawn = _curve(studio)
    none, binaural = (studio.locator(f"#id_beat_kind{key}") for key in ("_none", ""))
    none.evaluate("choice => choice.click()")
    for part in ("#id_curve", "#course-help", "#point", "#course-undo"):
        expect(studio.locator(part)).to_be_hidden()
    expect(studio.get_by_label("Listen from")).to_be_visible()
    binaural.evaluate("choice => choice.click()")
    expect(studio.locator("#id_curve")).to_be_visible()
    assert _curve(studio) == drawn


def test_an_enter_in_a_field_spends_nothing(studio):
    _words(studio).fill("I am calm")
    studio.get_by_label("Length", exact=True).press("Enter")
    expect(studio.locator("#cost")).to_contain_text("1 credit")
    expect(studio).to_have_url(re.compile("/studio/$"))


def test_spoken_lines_are_marked_on_the_same_axis(studio):
    _words(studio).fill("I am calm\nI am here")
    studio.get_by_label("How often each line").fill("3")
    expect(studio.locator(".course .spoken")).to_have_attribute("d", re.compile("^(M[^M]+){6}$"))


# --- The draft --------------------------------------------------------------------------------


def test_a_draft_outlives_the_page_the_session_and_a_start_afresh(studio, site):
    _choose(studio, "Nap")
    _words(studio).fill("Do not lose me")
    studio.get_by_label("Length", exact=True).fill("7")
    studio.context.clear_cookies(name=re.compile("session"))
    studio.get_by_role("button", name=re.compile("Make my track")).click()
    _sign_in(studio, site)
    expect(studio.locator("#draft")).to_contain_text("Your draft is back")
    expect(_words(studio)).to_have_value("Do not lose me")
    expect(studio.get_by_label("Length", exact=True)).to_have_value("7")
    expect(studio.get_by_role("radio", name=re.compile("^Nap"))).to_be_checked()
    studio.get_by_role("button", name="Start afresh").click()
    expect(_words(studio)).to_have_value("")
    expect(studio.get_by_role("radio", name=re.compile("^Sleep"))).to_be_checked()
    studio.get_by_role("button", name="Undo").click()
    expect(_words(studio)).to_have_value("Do not lose me")


def test_who_was_signed_out_meanwhile_is_told_and_led_to_sign_in(studio, site):
    _words(studio).fill("Do not lose me")
    expect(studio.locator("#cost")).to_contain_text("1 credit")
    studio.context.clear_cookies(name=re.compile("session"))
    _words(studio).fill("Do not lose me here")
    trouble = studio.locator("#trouble")
    expect(trouble).to_contain_text("You were signed out. Your draft is kept")
    trouble.get_by_role("link", name="sign in and go on").click()
    _sign_in(studio, site)
    expect(_words(studio)).to_have_value("Do not lose me here")


def test_a_token_that_ran_out_loses_nothing(studio, site, complaints):
    _words(studio).fill("Do not lose me either")
    token = studio.locator("#studio [name=csrfmiddlewaretoken]")
    token.evaluate("token => { token.value = 'x'.repeat(64) }")
    studio.get_by_role("button", name=re.compile("Make my track")).click()
    expect(studio).not_to_have_title(re.compile("Studio"))
    studio.goto(f"{site.url}/studio/")
    expect(_words(studio)).to_have_value("Do not lose me either")
    complaints.clear()  # the browser's note of the 403


def _is_kept(page, text):
    page.wait_for_function("text => JSON.stringify(localStorage).includes(text)", arg=text)


def _type(page, text):
    """Type the words, and wait until their draft is kept."""
    _words(page).fill(text)
    _is_kept(page, text)


def test_a_draft_is_offered_where_another_form_was_asked_for(studio, site):
    _type(studio, "For later")
    studio.goto(f"{site.url}/studio/?preset=energy")
    expect(_words(studio)).to_have_value("")
    # What is typed there does not take its place.
    _type(studio, "Something else")
    studio.get_by_role("button", name="Bring it back").click()
    expect(_words(studio)).to_have_value("For later")


def test_two_tabs_keep_a_draft_each(studio, site):
    _type(studio, "Here")
    with studio.context.new_page() as other:
        other.goto(f"{site.url}/studio/")
        expect(_words(other)).to_have_value("Here")
        _type(other, "Elsewhere")
        _type(studio, "Here and now")
        other.reload()
        expect(_words(other)).to_have_value("Here and now")
        other.get_by_role("button", name="Start afresh").click()
        other.reload()
        expect(_words(other)).to_have_value("Elsewhere")


def test_on_the_way_back_the_form_is_as_it_was_sent_and_buys_nothing_twice(studio, site):
    site.manage("grant_credits", DEMO, "3", "--reason", "for the tests")
    studio.reload()
    make = studio.get_by_role("button", name=re.compile("Make my track"))
    _words(studio).fill("I am calm")
    studio.get_by_label("Title").fill("The only one")
    studio.get_by_label("How often each line").fill("1")
    studio.get_by_label("Length", exact=True).fill("1")
    make.click()
    studio.wait_for_url("**/jobs/*/")
    track = studio.url
    studio.go_back()
    expect(studio.get_by_label("Title")).to_have_value("The only one")
    expect(studio.get_by_label("Length", exact=True)).to_have_value("1")
    expect(studio.locator("#cost")).to_contain_text("1 credit")
    make.click()
    expect(studio).to_have_url(track)
    # Changed, it is another one; and what was changed is a draft.
    studio.go_back()
    studio.get_by_label("Title").fill("Another one")
    _is_kept(studio, "Another one")
    studio.goto(f"{site.url}/studio/")
    expect(studio.get_by_label("Title")).to_have_value("Another one")
    make.click()
    studio.wait_for_url("**/jobs/*/")
    assert studio.url != track
    studio.goto(f"{site.url}/jobs/")
    titles = studio.locator(".track h2").all_inner_texts()
    assert titles[:2] == ["Another one", "The only one"]
    assert titles.count("The only one") == 1


# --- Listening --------------------------------------------------------------------------------


def test_listening_goes_on_while_things_change_and_starts_where_one_likes(studio):
    studio.get_by_label("Listen from").evaluate(
        "slider => { slider.value = 0.5; slider.dispatchEvent(new Event('input')) }"
    )
    button = studio.get_by_role("button", name="Listen")
    button.click()
    expect(studio.locator("#listen")).to_have_attribute("aria-pressed", "true")
    at = studio.get_by_label("Listen from")
    expect(at).not_to_have_js_property("value", "0.5")
    studio.get_by_label("Wind", exact=True).first.check(force=True)
    expect(at).not_to_have_js_property("value", at.input_value())
    assert 0.5 < float(at.input_value()) < 0.51
    studio.get_by_role("button", name="Stop").click()
    expect(studio.locator("#listen")).to_have_attribute("aria-pressed", "false")


# --- Mistakes -----------------------------------------------------------------------------


def test_a_mistake_in_what_is_folded_away_is_brought_out_and_led_to(studio):
    _words(studio).fill("I am calm")
    studio.evaluate("""() => {
        document.getElementById("curve-value").value = "[[0, 99, 1]]";
        document.getElementById("id_course_drawn").checked = true;
        document.getElementById("id_gap_s").value = "9999";
    }""")
    studio.get_by_role("button", name=re.compile("Make my track")).click()
    summary = studio.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(studio.get_by_label("Pause between lines")).to_be_visible()
    summary.get_by_role("link", name=re.compile("The beat over time")).click()
    expect(studio.locator("#id_curve")).to_be_focused()
    expect(_words(studio)).to_have_value("I am calm")


def test_a_server_that_is_gone_is_told_and_nothing_else_happens(studio, complaints):
    studio.route("**/studio/quote/", lambda route: route.abort())
    _words(studio).fill("I am calm")
    expect(studio.locator("#trouble")).to_contain_text("does not answer")
    studio.unroute("**/studio/quote/")
    _words(studio).fill("I am calm again")
    expect(studio.locator("#cost")).to_contain_text("1 credit")
    expect(studio.locator("#trouble")).to_be_hidden()
    complaints.clear()  # the browser's note of the broken request
