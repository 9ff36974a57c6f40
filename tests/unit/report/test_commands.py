from pathlib import Path

from infoflow.report.commands import report_command, run_command


def test_a_run_of_the_command_line_repeats_its_own_line() -> None:
    manifest = {"experiment": "szt", "config": {"a": 1}, "seed": 0, "command": ["/x/bin/infoflow", "run", "a b"]}
    assert run_command(manifest) == "infoflow run 'a b'"


def test_another_run_of_an_experiment_is_spelled_out() -> None:
    config = {"hidden": [10, 7], "beta": 0.005, "seed": 4, "data": ""}
    manifest = {"experiment": "szt", "config": config, "seed": 4, "command": ["notebook.py"]}
    expected = "infoflow run szt --seed 4 --set hidden=10,7 --set beta=0.005 --set data="
    assert run_command(manifest) == expected


def test_a_run_of_a_program_has_no_command() -> None:
    assert run_command({"experiment": "custom", "config": {"a": 1}, "seed": 0, "command": []}) is None


def test_a_name_cannot_become_a_second_command() -> None:
    assert report_command([Path("a; rm -r b")], Path("out.html")) == "infoflow report 'a; rm -r b' --out out.html"
    assert report_command([Path("a")], None) == "infoflow report a"
