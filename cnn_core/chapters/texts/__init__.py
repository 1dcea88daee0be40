"""The texts of the chapters, one file each."""
