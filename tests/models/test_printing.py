"""print(model) shows the layers inside, indented; equal neighbours once."""
from twinformer.models.module_tree import ModuleTree


class Leaf(ModuleTree):
    def __init__(self, size, **children):
        self.size, self.grads = size, {}
        vars(self).update(children)

    def extra_repr(self):
        return f"size={self.size}" if self.size else ""


def test_a_layer_alone_is_one_line():
    assert repr(Leaf(2)) == "Leaf(size=2)" and repr(Leaf(0)) == "Leaf()"


def test_layers_inside_are_indented_below_the_sizes():
    tree = Leaf(1, a=Leaf(2, b=Leaf(0)), c=Leaf(3), d=Leaf(3))
    assert repr(tree).splitlines() == [
        "Leaf(", "  size=1", "  (a): Leaf(", "    size=2", "    (b): Leaf()", "  )",
        "  (c): Leaf(size=3)", "  (d): Leaf(size=3)", ")"]  # names of their own: twice


def test_equal_neighbours_in_a_row_are_printed_once():
    row = Leaf(0, **{str(i): Leaf(size) for i, size in enumerate((1, 2, 2, 2, 1))})
    assert repr(row).splitlines() == [
        "Leaf(", "  (0): Leaf(size=1)", "  (1-3): 3 x Leaf(size=2)", "  (4): Leaf(size=1)", ")"]


def test_places_of_a_shared_parameter_go_by_its_first_name():
    tree = Leaf(0, a=Leaf(1), b=Leaf(2))
    tree.a.weight = tree.b.head = object()
    tree.a.grads["weight"] = tree.b.grads["head"] = None
    assert tree.uses() == [("a.weight", tree.a, "weight"), ("a.weight", tree.b, "head")]
    assert [name for name, _ in tree.named_modules()] == ["", "a", "b"]
