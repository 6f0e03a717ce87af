"""merge on any files, and as git's own merge driver."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from modelcat.commands import merge
from modelcat.errors import DocumentError, ExitCode, StorageError, UsageError
from modelcat.output import Screen
from modelcat.output import merge as words
from tests.world import as_json

if TYPE_CHECKING:
    from pathlib import Path


def files(folder: Path, suffix: str = ".yaml", **texts: str) -> dict[str, Any]:
    paths = {}
    for name, text in texts.items():
        paths[name] = folder / f"{name}{suffix}"
        paths[name].write_bytes(text.encode())
    return paths


def test_without_a_base_only_what_is_missing_is_added(tmp_path: Path) -> None:
    paths = files(tmp_path, target="# mine\na: 1 # one\nc: {d: 5}\n", source="a: 2\nb: 3\nc: {d: 6, e: 7}\n")
    result = merge.run(**paths)
    assert paths["target"].read_text() == "# mine\na: 1 # one\nc: {d: 5, e: 7}\nb: 3\n"
    assert result.exit_code == ExitCode.OK
    assert not result.conflicts


@pytest.mark.parametrize(
    ("suffix", "base", "target", "source", "after"),
    [
        (".yml", "a: 1\nb: 2\nc: 3\n", "a: 1\nb: 5 # mine\nc: 3\n", "a: 9\nb: 2\n", "a: 9\nb: 5 # mine\n"),
        (
            ".toml",
            "a = 1\nb = 2\n",
            "a = 1 # x\n[t]\nb = 5\n",
            "a = 2\nb = 2\n[u]\nc = 1\n",
            "a = 2 # x\n[t]\nb = 5\n[u]\nc = 1\n",
        ),
        (
            ".json",
            '{"a": 1, "b": 2}',
            '{\n  "a": 1,\n  "b": 3\n}\n',
            '{"a": 7, "b": 2}',
            '{\n  "a": 7,\n  "b": 3\n}\n',
        ),
        (".jsonc", '{"a": 1}', '{\n  // mine\n  "a": 1,\n}\n', '{"a": 2}', '{\n  // mine\n  "a": 2,\n}\n'),
    ],
)
def test_with_a_base_both_sides_changes_come_in(
    tmp_path: Path, suffix: str, base: str, target: str, source: str, after: str
) -> None:
    paths = files(tmp_path, suffix, base=base, target=target, source=source)
    result = merge.run(**paths)
    assert paths["target"].read_text() == after
    assert result.exit_code == ExitCode.OK


@pytest.mark.parametrize(
    ("base", "target", "source", "case"),
    [
        ("a: 1\n", "a: 2\n", "a: 3\n", "conflict"),
        ("x: 0\n", "x: 0\na: 2\n", "x: 0\na: 3\n", "yours"),
        ("a: 1\nx: 0\n", "x: 0\n", "a: 3\nx: 0\n", "deleted"),
        ("a: 1\nx: 0\n", "a: 2\nx: 0\n", "x: 0\n", "dropped-edited"),
    ],
)
def test_conflicts_keep_the_target_and_exit_1(
    tmp_path: Path, base: str, target: str, source: str, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = files(tmp_path, base=base, target=target, source=source)
    result = merge.run(**paths)
    assert paths["target"].read_text() == target
    assert [d.case for d in result.conflicts] == [case]
    assert result.exit_code == ExitCode.NO
    assert not result.written
    words.show(result, Screen())
    out, err = capsys.readouterr()
    assert "conflict: a:" in err
    assert not out
    assert as_json(result)["conflicts"] == 1


def test_the_outcome_can_go_elsewhere(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    paths = files(tmp_path, target="a: 1\n", source="b: 2\n")
    paths["target"].chmod(0o640)
    output = tmp_path / "out.yaml"
    merge.run(**paths, output=output)
    assert output.read_text() == "a: 1\nb: 2\n"
    assert output.stat().st_mode & 0o777 == 0o640
    from pathlib import Path as Place

    merge.run(**paths, output=Place("-"))
    assert capfdbinary.readouterr().out == b"a: 1\nb: 2\n"
    assert paths["target"].read_text() == "a: 1\n"
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "out.yaml",
        "source.yaml",
        "target.yaml",
    ]


def test_two_outcomes_do_not_share_one_stdout(tmp_path: Path) -> None:
    paths = files(tmp_path, target="a: 1\n", source="b: 2\n")
    given = [f"--{side}={path}" for side, path in paths.items()]
    command = [sys.executable, "-m", "modelcat", "merge", "--json", "--output=-", *given]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.USAGE
    assert done.stdout == ""
    assert "--json and --output - would both write to stdout" in done.stderr
    command = [*command[:5], f"--output={tmp_path / 'out.yaml'}", *given]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.OK
    assert json.loads(done.stdout)["written"] is True
    assert (tmp_path / "out.yaml").read_text() == "a: 1\nb: 2\n"


def test_equal_bytes_are_not_written(tmp_path: Path) -> None:
    paths = files(tmp_path, target="a: 1\n", source="a: 1\n")
    os.utime(paths["target"], ns=(10**18, 10**18))
    assert not merge.run(**paths).written
    assert paths["target"].stat().st_mtime_ns == 10**18


def test_a_tools_lists_are_merged_by_name(tmp_path: Path) -> None:
    target = "clients:\n- {type: a, name: x, models: [{name: m, max_input_tokens: 1}]}\n"
    source = "clients:\n- {type: a, name: x, models: [{name: n}]}\n- {type: a, name: y}\n"
    paths = files(tmp_path, target=target, source=source)
    merge.run(**paths)
    assert paths["target"].read_text() == target
    merge.run(**paths, tool="aichat")
    assert "{name: m, max_input_tokens: 1}, {name:" in paths["target"].read_text()
    known = files(tmp_path, target=target, source=source)
    merge.run(**known, path="home/.config/aichat/config.yaml")
    assert 'name: "y"' in known["target"].read_text() or "name: y" in known["target"].read_text()


def test_what_cannot_be_merged_is_refused_and_left(tmp_path: Path) -> None:
    paths = files(tmp_path, target="a: [\n", source="b: 1\n")
    with pytest.raises(DocumentError, match=r"target.yaml:2:"):
        merge.run(**paths)
    assert paths["target"].read_text() == "a: [\n"
    odd = files(tmp_path, ".conf", target="a: 1\n", source="b: 1\n")
    with pytest.raises(UsageError, match="--path"):
        merge.run(**odd)
    assert merge.run(**odd, path="x.yml").written
    with pytest.raises(StorageError, match="no such file"):
        merge.run(source=paths["source"], target=tmp_path / "none.yaml")
    with pytest.raises(StorageError, match="no such file"):
        merge.run(source=tmp_path / "none.yaml", target=paths["source"])
    with pytest.raises(UsageError, match="aichat"):
        merge.run(**odd, tool="aichatt", path="x.yml")


def test_comments_and_order_of_both_sides_come_in(tmp_path: Path) -> None:
    paths = files(
        tmp_path,
        base="a: 1\nb: 2\nc: 3\nd: 4\n",
        target="# mine\na: 5 # five\nb: 2\nc: 3\nd: 4\n",
        source="a: 1\nb: 2\nc: 3\nnew: true # theirs\nd: 4\n# theirs too\n",
    )
    result = merge.run(**paths)
    assert paths["target"].read_text() == (
        "# mine\na: 5 # five\nb: 2\nc: 3\nnew: true # theirs\nd: 4\n# theirs too\n"
    )
    assert not result.lost
    # What is nothing but comments is a change as well.
    paths = files(tmp_path, base="a: 1\nb: 2\n", target="a: 2\nb: 2\n", source="a: 1\nb: 2\n\n# why\n")
    assert merge.run(**paths).written
    assert paths["target"].read_text() == "a: 2\nb: 2\n\n# why\n"


def test_lines_that_would_say_something_else_are_merged_by_keys(tmp_path: Path) -> None:
    # By lines the key would stand twice, and the two tables would change places with what is in them.
    paths = files(
        tmp_path,
        ".toml",
        base="a = 1\nb = 2\nc = 3\n\n[t]\n",
        target="new = 5\na = 1\nb = 2\nc = 3\n\n[t]\n",
        source="a = 1\nb = 2\nc = 3\nnew = 5\n\n[t]\n",
    )
    merge.run(**paths)
    assert paths["target"].read_text() == "new = 5\na = 1\nb = 2\nc = 3\n\n[t]\n"


def test_comments_that_cannot_be_brought_along_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = files(
        tmp_path,
        base="# old\na: 1\nb: 2\n",
        target="# old\na: 5\nb: 2\n",
        source="# old\na: 1\nb: 3 # three\n# end\n",
    )
    result = merge.run(**paths)
    assert paths["target"].read_text() == "# old\na: 5\nb: 3\n"
    assert as_json(result)["lost_comments"] == [3, 4]
    words.show(result, Screen())
    assert "2 comments of the source could not be brought along: its lines 3, 4" in capsys.readouterr().err


def test_a_file_of_git_is_called_by_its_own_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = files(tmp_path, "", base="a = 1\n", target="a = 1\n", source="a = 2\n")
    words.show(merge.run(**paths, path="my/b.toml"), Screen())
    assert capsys.readouterr().err == "1 change merged into my/b.toml\n"
    paths = files(tmp_path, "", base="a = 1\n", target="a = 1\n", source="a = [\n")
    with pytest.raises(DocumentError, match=r"^my/b.toml \(source\):"):
        merge.run(**paths, path="my/b.toml")


def test_files_of_two_formats_are_not_read_as_one(tmp_path: Path) -> None:
    target = files(tmp_path, ".yaml", target="b: 1\n")["target"]
    source = files(tmp_path, ".toml", source="a = 1\n")["source"]
    with pytest.raises(UsageError, match=r"source\.toml is not of the format of .*target\.yaml"):
        merge.run(source=source, target=target)
    mine = files(tmp_path, ".jsonc", target="{} // mine\n")["target"]
    assert merge.run(source=files(tmp_path, ".json", source='{"a": 1}')["source"], target=mine).written


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    paths = files(tmp_path, target="b: 1\n", source="a: 1\n")
    with pytest.raises(StorageError, match=r"none: there is no such folder$"):
        merge.run(**paths, output=tmp_path / "none" / "x.yaml")


def test_an_edit_through_an_alias_is_refused(tmp_path: Path) -> None:
    text = "x: &x {a: 1}\ny: *x\n"
    paths = files(tmp_path, target=text, source="y: {b: 2}\n")
    with pytest.raises(DocumentError):
        merge.run(**paths)
    assert paths["target"].read_text() == text


def test_secrets_are_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "sk-or-v1-" + "4f7a9c1e" * 8
    paths = files(tmp_path, base="api_key: x\n", target=f"api_key: {secret}\n", source="api_key: y\n")
    result = merge.run(**paths)
    words.show(result, Screen())
    out, err = capsys.readouterr()
    assert "conflict" in err
    assert secret[:9] not in out + err + json.dumps(result.as_json())


def test_git_uses_it_as_a_merge_driver(tmp_path: Path) -> None:
    def git(*words: str, fine: bool = True) -> str:
        command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert not fine or done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    git("init", "-q", "-b", "main")
    driver = f"{sys.executable} -m modelcat merge --base %O --target %A --source %B --path %P"
    git("config", "merge.modelcat.driver", driver)
    (tmp_path / ".gitattributes").write_text("*.yaml merge=modelcat\n")
    file = tmp_path / "c.yaml"

    def commit(text: str) -> None:
        file.write_text(text)
        git("add", ".")
        git("commit", "-q", "-m", "x")

    commit("a: 1 # one\nb: 2\nc: 3\n")
    git("checkout", "-q", "-b", "side")
    commit("a: 1 # one\nb: 5\nc: 4\nd: 6\n")
    git("checkout", "-q", "main")
    commit("# mine\na: 9 # one\nb: 2\nc: 3\n")
    git("merge", "-q", "side")
    assert file.read_text() == "# mine\na: 9 # one\nb: 5\nc: 4\nd: 6\n"
    # A conflict: git stops, ours stands in the file, and nothing is marked inside a live config.
    git("checkout", "-q", "side")
    commit("a: 7 # one\nb: 5\nc: 4\nd: 6\n")
    git("checkout", "-q", "main")
    assert "CONFLICT" in git("merge", "side", fine=False)
    assert file.read_text() == "# mine\na: 9 # one\nb: 5\nc: 4\nd: 6\n"
