"""The numbers of the chapters, each with how the library gives it: rows (number, what, how, as the text has it)."""
