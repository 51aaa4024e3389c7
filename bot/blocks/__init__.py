"""Pure renderers: a frozen view in, Block Kit out. One module a surface."""
