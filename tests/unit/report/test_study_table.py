import pytest
from rich.console import Console

from infoflow.report.study import study_rich, study_text
from infoflow.runs import RunWriter


@pytest.fixture
def folders(tmp_path, new_interval):
    for seed in (0, 1):
        with RunWriter.create(tmp_path / f"seed{seed}", experiment="x", config={}, seed=seed) as writer:
            for epoch in (0, 7):
                writer.record_history(epoch, train_loss=0.5, test_loss=0.6, train_accuracy=0.9, test_accuracy=0.8)
                writer.record_estimates(
                    epoch, [("T1", new_interval(1, epoch)), ("T2", new_interval(2, 0, status="vacuous"))]
                )
    with RunWriter.create(tmp_path / "seed2", experiment="x", config={}, seed=2) as writer:
        writer.close("interrupted")
    (tmp_path / "seed3").mkdir()
    (tmp_path / "seed3" / "manifest.json").write_text("{")
    return [tmp_path / f"seed{seed}" for seed in range(4)]


def test_a_line_per_run_with_its_last_intervals(folders):
    lines = [line.split() for line in study_text(folders).splitlines()]
    assert lines[0] == ["run", "state", "epoch", "train", "loss", "test", "loss", "test", "acc.", "T1", "T2"]
    # 8.3177 * 0.9 * 0.9 = 6.737 and 8.3177 * 0.8 * 0.8 = 5.323, by 0.05 either way
    assert lines[1] == ["seed0", "finished", "7", "0.500", "0.600", "0.800", "6.69-6.79", "5.27-5.37!"]
    assert lines[3] == ["seed2", "interrupted"]
    assert lines[4] == ["seed3", "unreadable"]


def test_another_quantity_is_empty_where_nothing_was_measured(folders):
    assert study_text(folders[:1], quantity="I(Y;T)").splitlines()[1].split()[-1] == "0.800"


def test_a_terminal_gets_rules_and_what_is_not_finished(folders):
    console = Console(width=80, force_terminal=True, color_system=None)
    with console.capture() as capture:
        console.print(study_rich(folders))
    shown = capture.get()
    assert "6.69-6.79" in shown
    assert "seed2 interrupted; seed3 unreadable" in " ".join(shown.split())


def test_swept_runs_are_told_apart_by_their_folders(tmp_path, folders):
    for name in ("beta=0.1", "beta=0.2"):
        (tmp_path / name).mkdir()
    moved = [folders[0].rename(tmp_path / "beta=0.1" / "seed0"), folders[1].rename(tmp_path / "beta=0.2" / "seed0")]
    assert [line.split()[0] for line in study_text(moved).splitlines()[1:]] == ["beta=0.1/seed0", "beta=0.2/seed0"]
