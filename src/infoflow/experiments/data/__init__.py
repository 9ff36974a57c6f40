"""The data sets of the experiments: made from formulas, or read from published files by path."""

from infoflow.experiments.data.files import SztData as SztData
from infoflow.experiments.data.files import load_szt as load_szt
from infoflow.experiments.data.mnist import Mnist as Mnist
from infoflow.experiments.data.mnist import load_mnist as load_mnist
from infoflow.experiments.data.mnist import mnist_folder as mnist_folder
from infoflow.experiments.data.mnist_fetch import fetch_mnist as fetch_mnist
from infoflow.experiments.data.split import train_test_split as train_test_split
from infoflow.experiments.data.szt import icosahedron as icosahedron
from infoflow.experiments.data.szt import szt_classes as szt_classes
from infoflow.experiments.data.szt import szt_problem as szt_problem
