"""The eighteen claims, one module each; every module defines ``CLAIM``."""
