"""Exercises that the proof grades: a folder with a skeleton, a page and a small
failing test; and a verdict that says what is off, in the smallest case, and why.

catalog/CHAPTER/NAME/   exercise.toml   title, text, hints, planted mistakes
                        solution.py     of which the skeleton is made
                        judge.py        cases and the truth, where no component
                                        of parity_tests is meant
"""
