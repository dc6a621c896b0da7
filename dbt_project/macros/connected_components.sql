{#- Body of a recursive CTE (node, root): every node with the nodes that reach it in
    steps from smaller to larger. `min(root)` per node names its component: the smallest node
    of a component reaches all of it, whatever the order of the rows. `edges` (node_a,
    node_b) must hold both directions. -#}
{% macro reach(nodes, edges) %}
    select
        {{ nodes }}.node,
        {{ nodes }}.node as root
    from {{ nodes }}
    union
    select
        {{ edges }}.node_b as node,
        reach.root
    from reach
    inner join {{ edges }} on reach.node = {{ edges }}.node_a
    where reach.root < {{ edges }}.node_b
{% endmacro %}
