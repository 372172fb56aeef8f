"""The conventions by which `complete` fills what specs leave open, one module for each part."""
