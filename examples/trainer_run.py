"""The monitor as a callback of the Trainer of Hugging Face transformers. Needs infoflow[hf]."""

import argparse
import tempfile

import torch
from digits import digits
from torch import Tensor
from torch.utils.data import Dataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

from infoflow.monitor import Monitor, TrainerMonitor, every


class Sentences(Dataset[dict[str, Tensor]]):
    """Every image as a sentence of 64 words, its pixels' grey levels."""

    def __init__(self, images: Tensor, labels: Tensor):
        self.words, self.labels = (16 * images).long().flatten(1), labels

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        return {"input_ids": self.words[index], "labels": self.labels[index]}


def main() -> None:
    """Train a small BERT from scratch and watch what its pooled sentence knows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two short epochs")
    quick = parser.parse_args().quick

    torch.manual_seed(0)
    images, labels, *_ = digits()
    used = 160 if quick else len(images)
    data = Sentences(images[:used], labels[:used])
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    model = BertForSequenceClassification(BertConfig(vocab_size=17, num_labels=10, **sizes))
    monitor = Monitor(
        model,
        {"input_ids": data.words},
        data.labels,
        layers=["bert.encoder.layer.0.intermediate", "bert.pooler.activation"],
        beta=0.2,
        schedule=every(1 if quick else 5),
        n=2,
        max_inputs=48,
    )
    arguments = TrainingArguments(
        output_dir=tempfile.mkdtemp(),
        num_train_epochs=2 if quick else 20,
        per_device_train_batch_size=32,
        learning_rate=1e-3,
        logging_strategy="epoch",
        save_strategy="no",
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
        dataloader_pin_memory=False,
    )
    Trainer(model, arguments, train_dataset=data, callbacks=[TrainerMonitor(monitor)]).train()
    print(monitor.records[-1].results["train"])


if __name__ == "__main__":
    main()
