"""The model shelf as tests ask it."""

from maskstudio.providers.local import modelshelf


def entry(name):
    return next(each for each in modelshelf.entries() if each.name == name)
