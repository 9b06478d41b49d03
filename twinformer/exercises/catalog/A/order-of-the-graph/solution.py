"""Gradients of a graph of numbers."""


def gradients(graph, last):
    """graph: {node: [(input, slope), ...]}, leaves are not in it -> {node: gradient}"""
    # <answer>
    order, seen = [], set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        for source, _ in graph.get(node, []):
            visit(source)
        order.append(node)

    visit(last)
    found = dict.fromkeys(seen, 0.0) | {last: 1.0}
    for node in reversed(order):
        for source, slope in graph.get(node, []):
            found[source] += found[node] * slope
    return found
    # </answer>
