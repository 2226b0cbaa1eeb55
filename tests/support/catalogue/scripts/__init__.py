"""Conversations with the test bed, by area, each for the rules that its decorator names."""
