import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.artifact import (
    PHASES,
    Artifact,
    index,
    may_publish,
    parse,
    phase_of,
    render,
)

NAMES = [name for names in PHASES.values() for name in names] + ["implementation-backend"]
bodies = st.text(st.characters(codec="utf-8", exclude_characters="\r")).map(
    lambda text: text.strip("\n")
)
keys = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=40)


@pytest.mark.parametrize(
    ("sentence", "name", "phase"),
    [
        ("A fixed name.", "architecture-specs", "architecture"),
        ("Any component.", "implementation-backend", "implementation"),
        ("A component of several words.", "implementation-order-service", "implementation"),
        ("No component.", "implementation-", ""),
        ("A path.", "implementation-../../x", ""),
        ("A slash.", "implementation-a/b", ""),
        ("Capitals.", "Test-Results", ""),
        ("A name of nobody.", "notes", ""),
        ("Nothing.", "", ""),
        ("Too long.", "implementation-" + "x" * 60, ""),
    ],
)
def test_phase_of_a_logical_name(sentence: str, name: str, phase: str) -> None:
    assert phase_of(name) == phase, sentence


def test_what_the_manager_keeps_is_not_published() -> None:
    assert [name for name in NAMES if not may_publish(name)] == [
        "implementation-status", "workflow-summary", "workflow-context",
    ]  # fmt: skip


@given(body=bodies, provides=keys, uses=keys)
def test_parse_reads_what_render_gave(body: str, provides: str, uses: str) -> None:
    artifact = Artifact(
        name="test-results", body=body, updated="20260102-030405", provides=provides, uses=uses
    )
    assert parse(render(artifact), "test-results") == artifact


@given(st.text())
def test_parse_takes_any_text(text: str) -> None:
    artifact = parse(text, "test-results")
    assert parse(render(artifact), "test-results").body == artifact.body


def test_file_of_another_tool_is_all_body() -> None:
    text = "# Specs\n\n---\nnot: front matter\n---\n"
    assert parse(text, "architecture-specs").body == text.strip("\n")


def test_front_matter_of_another_tool_is_read_as_far_as_it_is_known() -> None:
    text = "---\ntype: architecture\nprovides: specifications, procedures\nodd\n---\n\n# Specs\n"
    artifact = parse(text, "architecture-specs")
    assert (artifact.provides, artifact.body) == ("specifications, procedures", "# Specs")


@given(
    st.lists(
        st.tuples(bodies, st.sampled_from(["20260102-030405", "20260102-030406"])), unique=True
    )
)
def test_archived_versions_do_not_collide(versions: list[tuple[str, str]]) -> None:
    places = {
        Artifact(name="test-results", body=body, updated=updated).archived
        for body, updated in versions
    }
    assert len(places) == len(versions)


def test_two_components_of_one_second_have_places_of_their_own() -> None:
    same = {"body": "x", "updated": "20260102-030405"}
    backend = Artifact(name="implementation-backend", **same)
    mobile = Artifact(name="implementation-mobile", **same)
    assert backend.place != mobile.place
    assert backend.archived != mobile.archived


def test_index_lists_by_phase_and_name() -> None:
    text = index([Artifact(name=name, body=name) for name in sorted(NAMES, reverse=True)])
    listed = [
        line.split(" | ")[0].removeprefix("| ") for line in text.splitlines() if "outputs/" in line
    ]
    assert listed[1:] == [
        "strategy-output", "strategy-requirements", "architecture-specs", "task-distribution",
        "implementation-backend", "implementation-status", "review-results", "test-results",
        "workflow-context", "workflow-summary",
    ]  # fmt: skip
