"""A folder of definitions: one catalogue, or an error that names the file."""

import pytest

from streams.codecs.definitions import load
from streams.core.validation import DefinitionError
from tests.codecs.test_definitions import VALID


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "demo.yaml").write_text(VALID)
    return tmp_path


def error(path):
    with pytest.raises(DefinitionError) as caught:
        load(path)
    return str(caught.value)


def test_both_endings_are_read_in_the_order_of_their_names(folder):
    (folder / "another.yml").write_text(VALID.replace("id: demo", "id: another"))
    (folder / "notes.txt").write_text("not a definition")
    assert [x.id for x in load(folder)] == ["another", "demo"]


def test_a_single_file_is_a_catalogue(folder):
    assert [x.id for x in load(folder / "demo.yaml")] == ["demo"]


def test_an_empty_folder_is_an_error(tmp_path):
    assert error(tmp_path) == f"{tmp_path}: no experiment definition (*.yaml) here; add one"


def test_two_files_with_the_same_id_are_an_error(folder):
    (folder / "other.yaml").write_text(VALID)
    assert error(folder) == f"{folder / 'other.yaml'}#/metadata/id: 'demo' is taken; choose another id"


def test_two_running_experiments_with_the_same_flag_key_are_an_error(folder):
    flag = "flag: {system: flagd, key: checkout}\n"
    (folder / "demo.yaml").write_text(VALID + flag)
    (folder / "other.yaml").write_text(VALID.replace("id: demo", "id: other") + flag)
    assert "/flag/key" in error(folder)


def test_the_file_is_named_before_the_place(folder):
    (folder / "demo.yaml").write_text(VALID.replace("weight: 0.5", "weight: 0.4", 1))
    assert error(folder).startswith(f"{folder / 'demo.yaml'}#/assignment/variants: weights sum to 0.9")


def test_what_starts_nowhere_starts_where_it_is_told(folder):
    catalogue = load(folder).starting(17)
    assert [x.effective_from for x in catalogue] == [17]
    assert [x.effective_from for x in catalogue.starting(18)] == [17]
