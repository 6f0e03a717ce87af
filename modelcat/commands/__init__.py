"""One command a file: the order of its steps and the result it gives; words are in output/, options in cli/."""
