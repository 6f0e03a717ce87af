"""One command a file: the order of its steps and its result; words are in output/, options in cli/."""
