"""The model `offline`: a compiler for what specs state, in the seat of a language model."""
