"""The convolutional network for digits: training with noise, with dropout or without, and what is measured of it."""

from infoflow.experiments.images.config import ImageConfig as ImageConfig
from infoflow.experiments.images.run import run_images as run_images
from infoflow.experiments.images.table import mnist_table as mnist_table
