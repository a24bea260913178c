"""What a typed line means: words, arguments, references, values."""
