"""What goes into each component: make(source) -> (constructor arguments, inputs,
shape of y, options).

The source (cases.Seeded, strategies.Drawn) supplies sizes and numbers; options
are those of a Case. Shapes as in the layers: B sequences of T tokens, D
features, H heads of width K, V words, C classes, P positions that are read.
"""
